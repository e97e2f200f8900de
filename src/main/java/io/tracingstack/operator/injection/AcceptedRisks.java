package io.tracingstack.operator.injection;

import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The checks that a workload's owner has weighed and switched off, with the annotation
 * tracingstack.io/accept-risk.
 */
public record AcceptedRisks(Set<Reason> reasons) {
  /**
   * These checks estimate, and the owner may know better: a wrong guess costs a rollout that is
   * undone. All others are facts, which no annotation changes.
   */
  private static final Set<Reason> ACCEPTABLE =
      Set.of(
          Reason.MEMORY_TOO_TIGHT,
          Reason.PROBE_TOO_TIGHT,
          Reason.EPHEMERAL_STORAGE_TOO_TIGHT,
          Reason.QUOTA_EXCEEDED,
          Reason.VOLUME_DEADLOCK);

  /** Reads a workload's annotations; what is no name of an acceptable risk has no effect. */
  public static AcceptedRisks of(Map<String, String> annotations) {
    Set<String> names =
        Arrays.stream(annotations.getOrDefault(Labels.ACCEPT_RISK, "").split(","))
            .map(String::trim)
            .collect(Collectors.toSet());
    return new AcceptedRisks(
        ACCEPTABLE.stream()
            .filter(r -> names.contains(r.apiName()))
            .collect(Collectors.toUnmodifiableSet()));
  }

  /** Whether the owner has accepted what this refusal warns of. */
  public boolean cover(Refusal refusal) {
    return reasons.contains(refusal.reason());
  }
}
