package io.tracingstack.operator.rollout;

import io.tracingstack.operator.api.v1alpha1.RolloutSpec.Mode;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec.OnFailure;
import io.tracingstack.operator.stack.RolloutPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who may go now. Decided anew from the objects each time: nothing is remembered, and the order in
 * which they are given does not matter.
 */
public final class RolloutDecision {
  private static final int NAMES_SHOWN = 3;

  /** Two rounds of the default {@code maxConcurrent}; the status stays small with any number. */
  private static final int NEXT_SHOWN = 10;

  // Times in conditions are whole seconds: half a second on average, one at most.
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final RolloutPlan plan;
  private final String release;
  private final Census census;
  private final Instant now;

  private RolloutDecision(RolloutPlan plan, String release, Census census, Instant now) {
    this.plan = plan;
    this.release = release;
    this.census = census;
    this.now = now;
  }

  /**
   * What to do and what to show.
   *
   * @param message why, and what would change it; it holds no time that passes
   * @param admit whose turn is granted now
   * @param running how many are on their way once these have gone
   * @param waiting how many still wait then
   * @param failures how many were undone with the present settings
   * @param next who of them goes next, in that order, the first ten by name
   * @param lookAgainAt when time alone may change the decision
   */
  public record Decision(
      Stage stage,
      String message,
      List<Member> admit,
      int running,
      int waiting,
      int failures,
      List<String> next,
      Optional<Instant> lookAgainAt) {}

  /**
   * Decides for the workloads of one stack.
   *
   * @param release hash of the present settings, see {@code InstrumentationPlan.release}
   * @param pipelineVerified whether the operator's own span came through, as far as is known
   */
  public static Decision next(
      RolloutPlan plan,
      String release,
      Collection<Member> members,
      boolean pipelineVerified,
      Instant now) {
    Census census = Census.of(members, release, plan.soak(), now);
    return new RolloutDecision(plan, release, census, now).decide(pipelineVerified);
  }

  private Decision decide(boolean pipelineVerified) {
    if (plan.mode() == Mode.PLAN) {
      return hold(Stage.PLAN, "nothing is applied; waiting: " + census.waiting().size());
    }
    if (plan.paused()) {
      return hold(Stage.PAUSED, "spec.rollout.paused is set; what is on its way goes on");
    }
    int tolerated = plan.onFailure() == OnFailure.PAUSE ? 0 : plan.failureBudget();
    if (census.failed().size() > tolerated) {
      return hold(
          Stage.STOPPED,
          "failed with the present settings: %s; tolerated: %d"
              .formatted(names(census.failed()), tolerated));
    }
    if (census.waiting().isEmpty() && census.running().isEmpty()) {
      return decision(Stage.IDLE, "no workload waits", List.of(), Optional.empty());
    }
    if (!pipelineVerified && !census.waiting().isEmpty()) {
      return hold(Stage.PIPELINE_DOWN, "the stack's PipelineVerified does not hold");
    }
    return admit();
  }

  private Decision admit() {
    boolean open = plan.open(now);
    List<Member> ready =
        census.waiting().stream()
            .filter(m -> m.asksFor(release))
            .filter(m -> open || m.riding())
            .toList();
    int needed = census.canariesNeeded(plan.canary());
    boolean passed = census.passed() >= needed;
    List<Member> admit = passed ? rolling(ready) : canaries(ready);
    if (!open && !census.waiting().stream().allMatch(Member::riding)) {
      Optional<Instant> opening = plan.nextOpening(now);
      return decision(
          Stage.OUTSIDE_WINDOW,
          "the next of spec.rollout.windows opens at " + opening.map(Instant::toString).orElse("-"),
          admit,
          Stream.concat(opening.stream(), census.whenPassed(needed).stream())
              .min(Instant::compareTo));
    }
    if (passed) {
      return decision(
          Stage.ROLLING,
          "at most %d at the same time; on their way: %s"
              .formatted(plan.maxConcurrent(), names(onTheirWay(admit))),
          admit,
          Optional.empty());
    }
    Optional<Instant> soaked = census.whenPassed(needed);
    if (soaked.isPresent() && onTheirWay(admit).isEmpty()) {
      return decision(
          Stage.SOAKING,
          "the canary workloads must stay proven until " + soaked.get(),
          admit,
          soaked);
    }
    return decision(
        Stage.CANARY,
        "canary workloads that passed: %d of %d; on their way: %s"
            .formatted(census.passed(), needed, names(onTheirWay(admit))),
        admit,
        Stream.concat(soaked.stream(), nextGraceEnd(ready).stream()).min(Instant::compareTo));
  }

  /** A place is free when nobody holds it: not on the way, not proven. */
  private List<Member> canaries(List<Member> ready) {
    int places = plan.canary() - census.passed() - census.soaking().size();
    int room = Math.min(places, plan.maxConcurrent()) - census.running().size();
    return ready.stream()
        .filter(m -> m.offered() || !graceEnd(m).isAfter(now))
        .limit(Math.max(0, room))
        .toList();
  }

  /** Many are labelled at once: those that are offered as canaries get time to ask, too. */
  private static Instant graceEnd(Member member) {
    return member.askedAt().orElse(Instant.EPOCH).plus(GRACE);
  }

  private Optional<Instant> nextGraceEnd(List<Member> ready) {
    return ready.stream()
        .map(RolloutDecision::graceEnd)
        .filter(end -> end.isAfter(now))
        .min(Instant::compareTo);
  }

  /** Whose pods restart anyway needs no slot, but leaves one less to the others. */
  private List<Member> rolling(List<Member> ready) {
    List<Member> riding = ready.stream().filter(Member::riding).toList();
    int room = plan.maxConcurrent() - census.running().size() - riding.size();
    return Stream.concat(
            riding.stream(), ready.stream().filter(m -> !m.riding()).limit(Math.max(0, room)))
        .toList();
  }

  private Decision hold(Stage stage, String why) {
    return decision(
        stage, why + "; " + stage.waitingReason().nextStep(), List.of(), Optional.empty());
  }

  private Decision decision(
      Stage stage, String message, List<Member> admit, Optional<Instant> lookAgainAt) {
    return new Decision(
        stage,
        message,
        admit,
        census.running().size() + admit.size(),
        census.waiting().size() - admit.size(),
        census.failed().size(),
        census.waiting().stream()
            .filter(m -> !admit.contains(m) && m.asksFor(release))
            .limit(NEXT_SHOWN)
            .map(Member::text)
            .toList(),
        lookAgainAt);
  }

  private List<Member> onTheirWay(List<Member> admit) {
    return Stream.concat(census.running().stream(), admit.stream()).sorted(Member.ORDER).toList();
  }

  private static String names(List<Member> members) {
    String first =
        members.stream().limit(NAMES_SHOWN).map(Member::text).collect(Collectors.joining(", "));
    int more = members.size() - NAMES_SHOWN;
    return members.isEmpty() ? "none" : more > 0 ? first + " and " + more + " more" : first;
  }
}
