package io.tracingstack.operator.journey;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.verification.PodView;
import io.tracingstack.operator.verification.RepairReport;
import java.util.List;

/**
 * What the init containers of a LlamaStack server's pods reported. The server is traced with the
 * repair or without it, so only an image in which nothing makes spans is a failure. Whether what
 * they installed runs is not theirs to say: the spans do.
 */
public final class RepairVerification {
  private RepairVerification() {}

  /** The condition AgentVerified. */
  public static Finding finding(List<PodView> pods) {
    long told = pods.stream().filter(PodView::hasTold).count();
    if (told == 0 || told < pods.size()) {
      return Finding.unknown(
          Reason.AWAITING_PODS, "%d of %d pods have reported".formatted(told, pods.size()));
    }
    // What is worst of what they say: they may be of images that differ between nodes.
    for (Reason reason :
        List.of(
            Reason.NO_INSTRUMENTATION_IN_IMAGE,
            Reason.REPAIR_NOT_APPLIED,
            Reason.PATCH_NOT_APPLICABLE,
            Reason.REPAIR_NOT_NEEDED)) {
      for (PodView pod : pods) {
        if (reasonOf(pod) == reason) {
          return finding(reason, pod);
        }
      }
    }
    RepairReport report = pods.get(0).repair().orElseThrow();
    return Finding.yes(
        Reason.REPAIR_APPLIED,
        "the tracing of llama-stack %s is repaired and passed its self-test in %d pods"
            .formatted(report.version(), told));
  }

  private static Finding finding(Reason reason, PodView pod) {
    String said =
        pod.repair()
            .map(r -> "%s (%s)".formatted(r.message(), r.reason()))
            .orElse("the init container wrote no report");
    String message = "pod %s: %s".formatted(pod.name(), said);
    return reason == Reason.NO_INSTRUMENTATION_IN_IMAGE
        ? Finding.no(reason, message)
        : Finding.yes(reason, message);
  }

  private static Reason reasonOf(PodView pod) {
    return pod.repair()
        .map(
            r ->
                switch (r.reason()) {
                  case RepairReport.APPLIED -> Reason.REPAIR_APPLIED;
                  case "AlreadyFixed" -> Reason.REPAIR_NOT_NEEDED;
                  case "StarterInstalled" -> Reason.PATCH_NOT_APPLICABLE;
                  case "NoInstrumentation" -> Reason.NO_INSTRUMENTATION_IN_IMAGE;
                  default -> Reason.REPAIR_NOT_APPLIED;
                })
        .orElse(Reason.REPAIR_NOT_APPLIED);
  }
}
