package io.tracingstack.operator.testing;

import io.fabric8.kubernetes.api.model.Pod;
import io.tracingstack.operator.verification.InitReport;
import io.tracingstack.operator.verification.PodLife;
import io.tracingstack.operator.verification.PodTrouble;
import io.tracingstack.operator.verification.PodView;
import io.tracingstack.operator.verification.RepairReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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

  /** A pod whose container app has this trouble now. */
  public static PodView troubled(String name, PodTrouble.Kind kind) {
    return view(
        name,
        Optional.of(verified()),
        false,
        Optional.of(
            new PodTrouble(
                kind,
                PodTrouble.Part.INJECTED,
                Optional.of("app"),
                Optional.empty(),
                0,
                true,
                Optional.empty(),
                "container app has " + kind)));
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

  /**
   * A pod of the Deployment checkout on node-1, created at 08:00, with an injected container app
   * that has a liveness probe, and another one called side.
   *
   * @param status as YAML
   */
  public static PodView injected(String name, String status) {
    return PodView.of(parse(yaml(name, "tracingstack-agent", status)));
  }

  /** The same pod without us. */
  public static PodView plain(String name, String status) {
    return PodView.of(parse(yaml(name, "data", status)));
  }

  private static String yaml(String name, String volume, String status) {
    return """
    metadata:
      name: %s
      creationTimestamp: '2026-11-21T08:00:00Z'
      labels: {app: checkout, pod-template-hash: 7d9f}
    spec:
      nodeName: node-1
      containers:
        - name: app
          volumeMounts: [{name: %s, mountPath: /tracingstack/agent}]
          livenessProbe: {tcpSocket: {port: 8080}}
        - name: side
    status: %s
    """
        .formatted(name, volume, status);
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
        pod.repair(),
        pod.initEndedWithoutReport(),
        pod.life(),
        pod.troubles(),
        Optional.of(new PodView.Run(job, Optional.ofNullable(ended))));
  }

  /** A pod as the API server has it. */
  public static Pod parse(String yaml) {
    return Yaml.read(yaml, Pod.class);
  }

  /** A LlamaStack server's pod whose init container wrote this. */
  public static PodView repaired(String name, String report) {
    Optional<RepairReport> repair = RepairReport.parse(report);
    PodView pod = view(name, Optional.empty(), repair.isEmpty(), Optional.empty());
    return new PodView(
        pod.name(),
        pod.templateRevision(),
        pod.created(),
        pod.readySince(),
        pod.readinessProbe(),
        pod.report(),
        repair,
        pod.initEndedWithoutReport(),
        pod.life(),
        pod.troubles(),
        pod.run());
  }

  private static PodView view(
      String name, Optional<InitReport> report, boolean silent, Optional<PodTrouble> trouble) {
    return new PodView(
        name,
        "7d9f",
        CREATED,
        trouble.isEmpty() && report.isPresent() ? Optional.of(CREATED) : Optional.empty(),
        Optional.empty(),
        report,
        Optional.empty(),
        silent,
        new PodLife(
            Optional.of("node-1"),
            List.of("app"),
            false,
            false,
            Map.of(),
            Optional.empty(),
            Optional.empty()),
        trouble.stream().toList(),
        Optional.empty());
  }
}
