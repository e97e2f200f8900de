package io.tracingstack.operator.journey;

import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Settled;
import io.tracingstack.operator.verification.PodView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * When an unproven change is no news any more. Without traffic there may never be a proof, and
 * suspicion must end some day: once all pods have served with it for long, at the same time.
 */
public final class Settling {
  private Settling() {}

  /** That this content has settled in this template, as was noted before. */
  public static Optional<Settled> known(
      TracedWorkloadStatus before, String revision, String template) {
    return Optional.ofNullable(before.settled())
        .filter(s -> s.revision().equals(revision) && s.template().equals(template));
  }

  /**
   * The same, or that it has by now.
   *
   * @param pods those of the newest template
   * @param rolledOut whether they are all that are wanted
   * @param time for how long they must have been Ready
   */
  public static Optional<Settled> now(
      TracedWorkloadStatus before,
      String revision,
      String template,
      List<PodView> pods,
      boolean rolledOut,
      Duration time,
      Instant now) {
    Optional<Settled> known = known(before, revision, template);
    boolean stands =
        rolledOut
            && !pods.isEmpty()
            && pods.stream()
                .allMatch(p -> p.readySince().filter(s -> !s.plus(time).isAfter(now)).isPresent());
    return known.isPresent() || !stands
        ? known
        : Optional.of(new Settled(revision, template, StatusDraft.timestamp(now)));
  }
}
