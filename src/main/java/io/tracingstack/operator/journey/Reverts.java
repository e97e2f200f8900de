package io.tracingstack.operator.journey;

import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.GoodAgent;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Reverted;
import io.tracingstack.operator.stack.InstrumentationPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What a failed change means for the passes after it: it is remembered in the status. */
public final class Reverts {
  private Reverts() {}

  /**
   * The failure that forbids to try this content in this template again. A new content, a changed
   * workload and the user's retry annotation each lift it.
   *
   * @param retry value of the annotation tracingstack.io/retry, may be null
   */
  public static Optional<Reverted> standing(
      TracedWorkloadStatus before, String revision, String template, String retry) {
    return Optional.ofNullable(before.reverted())
        .filter(r -> r.revision().equals(revision) && r.template().equals(template))
        .filter(r -> !before.retriedBy(retry));
  }

  /** The settings with the agent that was proven before the failed one, if there was another. */
  public static Optional<InstrumentationPlan> former(
      TracedWorkloadStatus before, InstrumentationPlan failed) {
    return Optional.ofNullable(before.lastGood())
        .map(good -> failed.withAgent(good.image(), Optional.ofNullable(good.sha256())))
        .filter(former -> !former.equals(failed));
  }

  /** The agent of these settings, once it is proven. */
  public static GoodAgent good(InstrumentationPlan proven) {
    return new GoodAgent(proven.agentImage(), proven.agentSha256().orElse(null));
  }

  /**
   * The failure, with what became of the workload since.
   *
   * @param healthy whether the workload is, without the change
   * @param left pods that still have the change in them; only their owner may be able to end them
   * @param patience after which one that is still not healthy is not our doing
   */
  public static Reverted since(
      Reverted failure, boolean healthy, LeftPods left, Instant now, Duration patience) {
    if (failure.recovered()) {
      return failure;
    }
    boolean late = !healthy && Instant.parse(failure.time()).plus(patience).isBefore(now);
    boolean failsWithoutUs = late && !left.hold();
    return new Reverted(
        failure.revision(),
        failure.template(),
        failure.release(),
        failure.reason(),
        failsWithoutUs
            ? failure.message() + "; it is not healthy without us either"
            : failure.message(),
        failure.counted() && !failsWithoutUs,
        healthy || late || left.byHand(),
        failure.time(),
        failure.evidence());
  }

  /**
   * The failure of a change, after the agent that came back in its place has failed as well. It
   * stays the one that is remembered and counted: the other content is not what the stack wants.
   *
   * @param former of the agent that came back
   */
  public static Reverted andOf(Reverted failure, Reverted former) {
    return new Reverted(
        failure.revision(),
        failure.template(),
        failure.release(),
        failure.reason(),
        "%s; the agent that was proven before failed as well: %s: %s"
            .formatted(failure.message(), former.reason(), former.message()),
        failure.counted() || former.counted(),
        false,
        former.time(),
        failure.evidence());
  }

  /**
   * What is left of a failure once something else forbids the change: nobody waits for the
   * workload's recovery any more. In another template nothing is.
   *
   * @param template hash of the pod template without us
   */
  public static Optional<Reverted> withdrawn(TracedWorkloadStatus before, String template) {
    return Optional.ofNullable(before.reverted())
        .filter(r -> r.template().equals(template))
        .map(
            r ->
                new Reverted(
                    r.revision(),
                    r.template(),
                    r.release(),
                    r.reason(),
                    r.message(),
                    r.counted(),
                    true,
                    r.time(),
                    r.evidence()));
  }
}
