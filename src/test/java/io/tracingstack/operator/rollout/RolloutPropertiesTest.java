package io.tracingstack.operator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec.Mode;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec.OnFailure;
import io.tracingstack.operator.rollout.RolloutDecision.Decision;
import io.tracingstack.operator.rollout.World.Nature;
import io.tracingstack.operator.rollout.World.Workload;
import io.tracingstack.operator.stack.RolloutPlan;
import io.tracingstack.operator.testing.TestStacks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** No limit is exceeded in any history, and every rollout comes to an end. */
class RolloutPropertiesTest {
  private static final int MOST_WORKLOADS = 12;

  private enum Kind {
    DECIDE,
    DECIDE_AND_DIE,
    WORK,
    PASS_TIME,
    LABEL,
    UNLABEL,
    CHANGE_SETTINGS,
    OWN_ROLLOUT,
    RETRY,
    PAUSE,
    PIPELINE,
    RESTART
  }

  /**
   * Something that happens.
   *
   * @param which to whom
   * @param how a number that means something else in each kind
   */
  record Event(Kind kind, int which, int how) {}

  @Provide
  Arbitrary<RolloutPlan> plans() {
    return plans(Mode.values());
  }

  @Provide
  Arbitrary<RolloutPlan> plansThatAreApplied() {
    return plans(Mode.APPLY);
  }

  private static Arbitrary<RolloutPlan> plans(Mode... modes) {
    RolloutPlan defaults = TestStacks.plan("{}").rollout();
    RolloutPlan atNight =
        TestStacks.plan(
                "rollout: {windows: [{schedule: 0 22 * * *, duration: 4h, timeZone: Asia/Tokyo}]}")
            .rollout();
    return Combinators.combine(
            Arbitraries.of(modes),
            Arbitraries.integers().between(0, 4),
            Arbitraries.of(Duration.ZERO, Duration.ofMinutes(1), Duration.ofMinutes(10)),
            Arbitraries.integers().between(1, 4),
            Arbitraries.of(OnFailure.values()),
            Arbitraries.integers().between(0, 3),
            Arbitraries.of(defaults.windows(), atNight.windows()))
        .as(
            (mode, canary, soak, concurrent, onFailure, budget, windows) ->
                new RolloutPlan(
                    mode,
                    canary,
                    soak,
                    concurrent,
                    defaults.verifyTimeout(),
                    onFailure,
                    budget,
                    false,
                    windows,
                    defaults.restart(),
                    defaults.proof(),
                    defaults.silentAfter(),
                    defaults.rehearsal()));
  }

  @Provide
  Arbitrary<List<Event>> histories() {
    Arbitrary<Kind> kinds =
        Arbitraries.frequency(
            Tuple.of(12, Kind.WORK),
            Tuple.of(6, Kind.DECIDE),
            Tuple.of(4, Kind.LABEL),
            Tuple.of(3, Kind.PASS_TIME),
            Tuple.of(2, Kind.DECIDE_AND_DIE),
            Tuple.of(2, Kind.OWN_ROLLOUT),
            Tuple.of(1, Kind.RETRY),
            Tuple.of(1, Kind.UNLABEL),
            Tuple.of(1, Kind.CHANGE_SETTINGS),
            Tuple.of(1, Kind.PAUSE),
            Tuple.of(1, Kind.PIPELINE),
            Tuple.of(1, Kind.RESTART));
    return Combinators.combine(
            kinds, Arbitraries.integers().between(0, 999), Arbitraries.integers().between(0, 999))
        .as(Event::new)
        .list()
        .ofMaxSize(150);
  }

  @Property(tries = 500)
  void noLimitIsExceeded(
      @ForAll("plans") RolloutPlan plan,
      @ForAll("histories") List<Event> history,
      @ForAll Random random) {
    World world = new World(plan);
    history.forEach(event -> happen(world, event, Nature.values(), random));
  }

  @Property(tries = 300)
  void healthyWorkloadsAllEndProvenOrSilent(
      @ForAll("plansThatAreApplied") RolloutPlan plan,
      @ForAll("histories") List<Event> history,
      @ForAll Random random) {
    // Given
    World world = new World(plan);
    history.forEach(
        event -> happen(world, event, new Nature[] {Nature.HEALTHY, Nature.QUIET}, random));

    // When
    calmDown(world, random);

    // Then
    assertThat(world.workloads())
        .extracting(Workload::state)
        .isSubsetOf(Reason.TRACED.apiName(), Reason.AWAITING_TRAFFIC.apiName());
  }

  @Property(tries = 300)
  void withFailuresAllAreWellOrWaitForSomebody(
      @ForAll("plansThatAreApplied") RolloutPlan plan,
      @ForAll("histories") List<Event> history,
      @ForAll Random random) {
    // Given
    World world = new World(plan);
    history.forEach(event -> happen(world, event, Nature.values(), random));

    // When
    Decision last = calmDown(world, random);

    // Then
    assertThat(world.workloads())
        .allSatisfy(
            w ->
                assertThat(w.waits() ? last.stage().apiName() : w.state())
                    .isIn(
                        Reason.TRACED.apiName(),
                        Reason.AWAITING_TRAFFIC.apiName(),
                        Reason.REVERTED.apiName(),
                        Stage.STOPPED.apiName()));
  }

  private static void happen(World world, Event event, Nature[] natures, Random random) {
    Optional<Workload> one =
        world.workloads().isEmpty()
            ? Optional.empty()
            : Optional.of(world.workloads().get(event.which() % world.workloads().size()));
    boolean odd = event.how() % 2 == 1;
    switch (event.kind()) {
      case DECIDE -> world.grant(decision(world, random).admit());
      case DECIDE_AND_DIE -> {
        List<Member> admit = decision(world, random).admit();
        world.grant(admit.subList(0, event.how() % (admit.size() + 1)));
      }
      case WORK -> one.ifPresent(w -> world.work(w, odd));
      case PASS_TIME -> world.pass(Duration.ofSeconds(event.how()));
      case LABEL -> {
        if (world.workloads().size() < MOST_WORKLOADS) {
          world.label(event.which(), natures[event.how() % natures.length], event.how() % 5 == 0);
        }
      }
      case UNLABEL -> one.ifPresent(world::unlabel);
      case CHANGE_SETTINGS -> world.changeSettings();
      case OWN_ROLLOUT -> one.ifPresent(w -> world.ownRollout(w, odd));
      case RETRY -> one.ifPresent(world::retry);
      case PAUSE -> world.pause(!world.paused());
      case PIPELINE -> world.verifyPipeline(!world.pipelineVerified());
      case RESTART -> world.restart();
    }
    long moving = world.workloads().stream().filter(w -> w.moves() && !w.movesByItself()).count();
    assertThat(moving).isLessThanOrEqualTo(world.plan().maxConcurrent());
  }

  /** From now on nothing happens but the rollout; it must come to an end by itself. */
  private static Decision calmDown(World world, Random random) {
    world.pause(false);
    world.verifyPipeline(true);
    Decision decision = decision(world, random);
    int rounds = 20 + 10 * world.workloads().size();
    for (int round = 0; round < rounds && !world.settled(); round++) {
      world.grant(decision.admit());
      boolean idle = world.workloads().stream().noneMatch(Workload::moves);
      world.workloads().forEach(w -> world.work(w, false));
      world.pass(Duration.ofSeconds(1));
      if (idle) {
        decision.lookAgainAt().ifPresent(world::passUntil);
      }
      decision = decision(world, random);
    }
    return decision;
  }

  /** Decides, and compares the decision with what is true. */
  private static Decision decision(World world, Random random) {
    List<Member> members = world.members();
    Decision decision = world.decide(members);
    List<Member> shuffled = new ArrayList<>(members);
    Collections.shuffle(shuffled, random);
    assertThat(world.decide(shuffled)).isEqualTo(decision);
    assertLimits(world, decision);
    assertNumbers(world, decision);
    assertSomethingWakesIt(world, decision);
    return decision;
  }

  private static void assertLimits(World world, Decision decision) {
    RolloutPlan plan = world.plan();
    List<Member> admitted = decision.admit();
    assertThat(admitted).doesNotHaveDuplicates();
    assertThat(admitted).allMatch(m -> world.workload(m).waits());
    long failures = failures(world);
    boolean stopped = failures > (plan.onFailure() == OnFailure.PAUSE ? 0 : plan.failureBudget());
    if (plan.mode() == Mode.PLAN || plan.paused() || stopped || !world.pipelineVerified()) {
      assertThat(admitted).isEmpty();
    }
    if (!plan.open(world.now())) {
      assertThat(admitted).allMatch(Member::riding);
    }
    long onTheirWay = moving(world) + admitted.size();
    if (!admitted.stream().allMatch(Member::riding)) {
      assertThat(onTheirWay).isLessThanOrEqualTo(plan.maxConcurrent());
    }
    if (!admitted.isEmpty() && world.proven(plan.soak()) < plan.canary()) {
      assertThat(onTheirWay).isLessThanOrEqualTo(plan.maxConcurrent());
      assertThat(onTheirWay + world.proven(Duration.ZERO)).isLessThanOrEqualTo(plan.canary());
    }
  }

  private static void assertNumbers(World world, Decision decision) {
    int admitted = decision.admit().size();
    long waiting = world.workloads().stream().filter(Workload::waits).count();
    assertThat(decision.running()).isEqualTo((int) moving(world) + admitted);
    assertThat(decision.waiting()).isEqualTo((int) waiting - admitted);
    assertThat(decision.failures()).isEqualTo((int) failures(world));
  }

  /** Whoever waits is woken: by a change of a workload, by the clock, or by the user. */
  private static void assertSomethingWakesIt(World world, Decision decision) {
    boolean somebodyCouldGo =
        world.members().stream()
            .anyMatch(m -> world.workload(m).waits() && m.asksFor(world.release()));
    if (somebodyCouldGo && decision.running() == 0) {
      assertThat(decision.stage())
          .isIn(
              Stage.PLAN,
              Stage.PAUSED,
              Stage.STOPPED,
              Stage.PIPELINE_DOWN,
              Stage.SOAKING,
              Stage.OUTSIDE_WINDOW);
      if (decision.stage() == Stage.SOAKING || decision.stage() == Stage.OUTSIDE_WINDOW) {
        assertThat(decision.lookAgainAt())
            .hasValueSatisfying(t -> assertThat(t).isAfter(world.now()));
      }
    }
  }

  private static long moving(World world) {
    return world.workloads().stream().filter(Workload::moves).count();
  }

  private static long failures(World world) {
    return world.workloads().stream().filter(w -> w.failedWith(world.release())).count();
  }
}
