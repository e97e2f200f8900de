package io.tracingstack.operator.journey;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.AgentReport;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.verification.InitReport;
import io.tracingstack.operator.verification.PodView;
import java.util.List;
import java.util.Optional;

/** What the init containers of the present pods reported about the agent. */
public final class AgentVerification {
  private AgentVerification() {}

  /**
   * The condition AgentVerified.
   *
   * @param expected digest the agent must have, empty when the image's own record counts
   */
  public static Finding finding(List<PodView> pods, Optional<String> expected) {
    for (PodView pod : pods) {
      if (pod.initEndedWithoutReport()) {
        return Finding.no(
            Reason.NO_REPORT, "pod %s: the init container wrote no report".formatted(pod.name()));
      }
      Optional<Finding> failed = pod.report().flatMap(r -> failure(pod.name(), r, expected));
      if (failed.isPresent()) {
        return failed.get();
      }
    }
    long reported = pods.stream().filter(p -> p.report().isPresent()).count();
    if (reported == 0 || reported < pods.size()) {
      return Finding.unknown(
          Reason.AWAITING_PODS, "%d of %d pods have reported".formatted(reported, pods.size()));
    }
    InitReport report = pods.get(0).report().orElseThrow();
    return Finding.yes(
        Reason.VERIFIED,
        "agent %s with digest %s in %d pods"
            .formatted(report.version(), report.sha256().substring(0, 12), reported));
  }

  /** What the status shows of the reports; empty before the first. */
  public static Optional<AgentReport> summary(List<PodView> pods) {
    List<InitReport> reports = pods.stream().flatMap(p -> p.report().stream()).toList();
    return reports.stream()
        .findFirst()
        .map(
            first ->
                new AgentReport(
                    "agent".equals(first.installed()) ? first.version() : first.installed(),
                    first.sha256(),
                    reports.stream().filter(InitReport::verified).count() + "/" + reports.size()));
  }

  private static Optional<Finding> failure(
      String pod, InitReport report, Optional<String> expected) {
    boolean other = expected.filter(e -> !e.equals(report.sha256())).isPresent();
    if (report.verified() && !other) {
      return Optional.empty();
    }
    boolean mismatch = report.verified() || "DigestMismatch".equals(report.reason());
    return Optional.of(
        Finding.no(
            mismatch ? Reason.DIGEST_MISMATCH : Reason.FELL_BACK_TO_NOOP,
            "pod %s: %s (%s)".formatted(pod, report.message(), report.reason())));
  }
}
