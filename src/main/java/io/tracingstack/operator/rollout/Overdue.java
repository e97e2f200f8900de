package io.tracingstack.operator.rollout;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.rollout.Verdict.Culprit;
import io.tracingstack.operator.rollout.Verdict.Kind;
import io.tracingstack.operator.verification.PodView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A pod that shows no trouble and does not become Ready in time, or not before its controller has
 * stopped to wait for it.
 */
record Overdue(Blame.Facts facts) {

  /**
   * The first such pod as a verdict.
   *
   * @param untroubled pods without trouble, in a fixed order
   */
  Optional<Verdict> find(Stream<PodView> untroubled) {
    List<PodView> waiting = untroubled.filter(p -> !p.ready()).toList();
    return waiting.stream()
        .filter(p -> p.life().runningSince().isPresent())
        .filter(p -> isLate(unreadySince(p)))
        .findFirst()
        .map(this::unready)
        .or(
            () ->
                waiting.stream()
                    .filter(p -> p.life().runningSince().isEmpty())
                    .filter(p -> isLate(p.created()))
                    .findFirst()
                    .map(Overdue::unstarted));
  }

  private Verdict unready(PodView pod) {
    return new Verdict(
        facts.templateChanged() ? Kind.UNCLEAR : Kind.OURS,
        Reason.PROBE_FAILING,
        "pod %s runs and is not ready since %s".formatted(pod.name(), unreadySince(pod)),
        Optional.of(Culprit.of(pod)));
  }

  /** What keeps a container from its start without a word is not known to be ours. */
  private static Verdict unstarted(PodView pod) {
    return new Verdict(
        Kind.UNCLEAR,
        Reason.AWAITING_PODS,
        "pod %s exists since %s, and its containers have not started"
            .formatted(pod.name(), pod.created()),
        Optional.of(Culprit.of(pod)));
  }

  /** A pod that was Ready once has its time anew. */
  private static Instant unreadySince(PodView pod) {
    Instant running = pod.life().runningSince().orElseThrow();
    return pod.life().unreadySince().filter(running::isBefore).orElse(running);
  }

  private boolean isLate(Instant since) {
    return facts.stalled().isPresent()
        || Duration.between(since, facts.now()).compareTo(facts.verifyTimeout()) >= 0;
  }
}
