package io.tracingstack.operator.testing;

import io.fabric8.kubernetes.api.model.Pod;
import io.tracingstack.operator.verification.InitReport;
import io.tracingstack.operator.verification.PodView;
import java.time.Instant;
import java.util.Optional;

/** Pods of an injected revision. */
public final class TestPods {
  private static final Instant CREATED = Instant.parse("2026-11-21T08:00:00Z");

  private TestPods() {}

  public static PodView healthy(String name) {
    return view(name, Optional.of(verified()), false, Optional.empty());
  }

  public static PodView reporting(String name, InitReport report) {
    return view(name, Optional.of(report), false, Optional.empty());
  }

  public static PodView starting(String name) {
    return view(name, Optional.empty(), false, Optional.empty());
  }

  public static PodView withoutReport(String name) {
    return view(name, Optional.empty(), true, Optional.empty());
  }

  public static PodView troubled(String name, PodView.Trouble trouble) {
    return view(name, Optional.of(verified()), false, Optional.of(trouble));
  }

  public static InitReport verified() {
    return new InitReport(
        "2.33.1",
        TestStacks.AGENT_SHA256,
        TestStacks.AGENT_SHA256,
        true,
        "agent",
        "Verified",
        "agent installed");
  }

  /** A pod of a Job's run that ended then; null while it runs. */
  public static PodView ofRun(String name, String job, Instant ended) {
    return ofRun(healthy(name), job, ended);
  }

  /** The same pod as one of a Job's run. */
  public static PodView ofRun(PodView pod, String job, Instant ended) {
    return new PodView(
        pod.name(),
        "rev1",
        pod.created(),
        ended == null ? pod.readySince() : Optional.empty(),
        pod.readinessProbe(),
        pod.report(),
        pod.initEndedWithoutReport(),
        pod.trouble(),
        Optional.of(new PodView.Run(job, Optional.ofNullable(ended))));
  }

  /** A pod as the API server has it. */
  public static Pod parse(String yaml) {
    return Yaml.read(yaml, Pod.class);
  }

  private static PodView view(
      String name, Optional<InitReport> report, boolean silent, Optional<PodView.Trouble> trouble) {
    return new PodView(
        name,
        "7d9f",
        CREATED,
        trouble.isEmpty() && report.isPresent() ? Optional.of(CREATED) : Optional.empty(),
        Optional.empty(),
        report,
        silent,
        trouble,
        Optional.empty());
  }
}
