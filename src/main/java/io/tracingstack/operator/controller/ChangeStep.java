package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Plan;
import io.tracingstack.operator.api.v1alpha1.Turn;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.journey.Progress;
import io.tracingstack.operator.journey.Turns;
import io.tracingstack.operator.journey.Turns.Wish;
import io.tracingstack.operator.kube.ClusterWatch;
import io.tracingstack.operator.kube.WorkloadStore;
import io.tracingstack.operator.kube.WorkloadStore.Outcome;
import io.tracingstack.operator.rollout.Place;
import io.tracingstack.operator.rollout.Stage;
import io.tracingstack.operator.status.Finding;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Brings content into a workload: checks once more, waits for a turn, shows the plan, writes. */
@ApplicationScoped
public class ChangeStep {
  // Without the stack's own message: it changes with every workload that goes.
  private static final String WAITS = "waits for its turn; the stack's rollout is: ";

  private static final Duration WHILE_BLOCKED = Duration.ofSeconds(30);

  private final WorkloadStore workloads;
  private final Surroundings surroundings;
  private final RehearsalPlans rehearsals;
  private final RehearsalStep rehearsal;
  private final WatchStep watching;
  private final ClusterWatch watch;
  private final Clock clock;

  ChangeStep(
      WorkloadStore workloads,
      Surroundings surroundings,
      RehearsalPlans rehearsals,
      RehearsalStep rehearsal,
      WatchStep watching,
      ClusterWatch watch,
      Clock clock) {
    this.workloads = workloads;
    this.surroundings = surroundings;
    this.rehearsals = rehearsals;
    this.rehearsal = rehearsal;
    this.watching = watching;
    this.watch = watch;
    this.clock = clock;
  }

  /** Goes as far as the rollout lets it. */
  Progress advance(Subject subject) {
    Wish wish = wish(subject);
    Optional<RehearsalStep.Hold> rehearsing = rehearsal.proceed(subject, wish);
    if (rehearsing.isPresent()) {
      return hold(subject, wish, rehearsing.get());
    }
    Optional<Refusal> obstacle = surroundings.obstacle(subject, wish.riding());
    if (obstacle.isPresent()) {
      subject
          .draft()
          .set(
              ConditionType.PREFLIGHT,
              Finding.no(obstacle.get().reason(), obstacle.get().message()));
      if (wish instanceof Wish.Granted granted) {
        forgo(subject, granted.turn());
      }
      return leave(subject, Optional.of(WHILE_BLOCKED));
    }
    if (wish instanceof Wish.Granted granted) {
      return rehearsal
          .begin(subject, granted.turn())
          .map(hold -> hold(subject, wish, hold))
          .orElseGet(() -> use(subject, granted));
    }
    if (wish instanceof Wish.Asking asking) {
      return ask(subject, asking);
    }
    subject
        .draft()
        .set(
            ConditionType.ADMITTED,
            Finding.no(Reason.AWAITING_NEXT_CHANGE, "nothing restarts before its owner does"));
    return leave(subject, Optional.empty());
  }

  /** What it waits for now; a turn that may not be used any more is forgone. */
  private static Wish wish(Subject subject) {
    Wish wish =
        Turns.wish(
            subject.before(),
            subject.admitted(),
            subject.plan().revision(),
            subject.template(),
            subject.stack().instrumentation().release(),
            subject.stored().view().annotations(),
            subject.stack().rollout().restart(),
            subject.stored().rollout());
    if (wish instanceof Wish.NextChange next) {
      next.missed().ifPresent(turn -> forgo(subject, turn));
    }
    if (wish instanceof Wish.Granted granted
        && subject.stack().rollout().mode() == RolloutSpec.Mode.PLAN) {
      forgo(subject, granted.turn());
      return Turns.again(granted.turn());
    }
    return wish;
  }

  /** Writes, unless the window in which the turn was granted has shut in the meantime. */
  private Progress use(Subject subject, Wish.Granted granted) {
    boolean mayRestart =
        subject.stack().rollout().open(clock.instant())
            || granted.riding()
            || subject.stored().rollout().restartsNothing();
    if (mayRestart) {
      return write(subject, Optional.of(granted.turn()));
    }
    forgo(subject, granted.turn());
    return ask(subject, Turns.again(granted.turn()));
  }

  /** Asks for a turn; the dry run is repeated only when something else would be written. */
  private Progress ask(Subject subject, Wish.Asking asking) {
    Turn turn = asking.turn();
    boolean asked = turn.grants(subject.before().candidate());
    if (!asked && (refuses(subject) || refusesRehearsal(subject, asking))) {
      return leave(subject, Optional.of(WHILE_BLOCKED));
    }
    subject.draft().candidate(turn);
    subject.draft().plan(plan(subject, turn));
    subject.draft().set(ConditionType.ADMITTED, waiting(subject));
    return leave(subject, Optional.empty());
  }

  private boolean refuses(Subject subject) {
    Outcome outcome =
        workloads.dryRun(subject.namespace(), subject.tw().getSpec().workload(), subject.plan());
    if (outcome instanceof Outcome.Rejected rejected) {
      subject
          .draft()
          .set(ConditionType.PREFLIGHT, Finding.no(Reason.REFUSED_BY_DRY_RUN, rejected.message()));
      return true;
    }
    // Over content of ours that came back under another manager there is one that writing resolves.
    if (outcome instanceof Outcome.Conflict conflict
        && Footprint.of(subject.stored().template()).isEmpty()) {
      subject.draft().set(ConditionType.INJECTED, Finding.no(Reason.CONFLICT, conflict.message()));
      return true;
    }
    return false;
  }

  private boolean refusesRehearsal(Subject subject, Wish wish) {
    Optional<Refusal> refusal = rehearsals.refusal(subject, wish);
    refusal.ifPresent(
        r -> subject.draft().set(ConditionType.PREFLIGHT, Finding.no(r.reason(), r.message())));
    return refusal.isPresent();
  }

  /** While a change is rehearsed its turn is not over; it holds its slot. */
  private Progress hold(Subject subject, Wish wish, RehearsalStep.Hold hold) {
    subject.draft().set(hold.type(), hold.finding());
    hold.turn().ifPresent(subject.draft()::candidate);
    if (hold.turn().isEmpty() && wish instanceof Wish.Granted granted) {
      forgo(subject, granted.turn());
    }
    return leave(subject, hold.lookAgain());
  }

  /** A turn that was not used must not be used later, when others have been let go instead. */
  private static void forgo(Subject subject, Turn turn) {
    subject.draft().forgo(turn);
  }

  private Finding waiting(Subject subject) {
    return watch
        .stack(subject.stack().ref())
        .map(s -> s.getStatus())
        .map(s -> s.rollout())
        .flatMap(
            turns ->
                Stage.ofApiName(turns.stage())
                    .map(stage -> Finding.no(stage.waitingReason(), WAITS + turns.stage())))
        .orElseGet(() -> Finding.no(Reason.AWAITING_TURN, WAITS + "not begun"));
  }

  private static Plan plan(Subject subject, Turn turn) {
    boolean planOnly = subject.stack().rollout().mode() == RolloutSpec.Mode.PLAN;
    return new Plan(
        planOnly ? patch(subject) : null,
        subject.stored().rollout().restarts(),
        "accepted by a server-side dry run",
        Place.of(turn, subject.namespace(), subject.tw().getMetadata().getName()),
        subject.plan().summary());
  }

  private static String patch(Subject subject) {
    ObjectMeta metadata =
        new ObjectMetaBuilder()
            .withNamespace(subject.namespace())
            .withName(subject.stored().object().getMetadata().getName())
            .build();
    return Serialization.asYaml(
        subject.stored().kind().object(metadata, subject.plan().fragment()));
  }

  /** What is in already, of an earlier turn, goes on being watched. */
  private Progress leave(Subject subject, Optional<Duration> lookAgain) {
    Optional<Footprint> present = Footprint.of(subject.stored().template());
    if (present.isEmpty()) {
      return new Progress(subject.draft().finish(clock.instant()), lookAgain);
    }
    subject.draft().waitsWithFormerContent();
    Progress progress = watching.advance(subject.with(InjectionPlan.present(present.get())));
    return lookAgain.map(progress::within).orElse(progress);
  }

  /**
   * Writes.
   *
   * @param turn the granted turn; none for a return to what was proven before, which waits for
   *     nobody
   */
  Progress write(Subject subject, Optional<Turn> turn) {
    Outcome outcome =
        workloads.inject(
            subject.namespace(),
            subject.tw().getSpec().workload(),
            subject.stored(),
            subject.plan());
    if (outcome instanceof Outcome.Applied applied) {
      turn.ifPresent(subject.draft()::taken);
      return watching.advance(subject.with(applied.stored()));
    }
    turn.ifPresent(t -> forgo(subject, t));
    if (turn.isEmpty() && outcome instanceof Outcome.Rejected) {
      // What failed must not stay in for want of what was to come in its place.
      subject.draft().lastGood(null);
    }
    Finding finding = Finding.unknown(Reason.PROGRESSING, "the workload is being replaced");
    if (outcome instanceof Outcome.Conflict conflict) {
      finding = Finding.no(Reason.CONFLICT, conflict.message());
    } else if (outcome instanceof Outcome.Rejected rejected) {
      finding = Finding.no(Reason.REJECTED, rejected.message());
    }
    subject.draft().set(ConditionType.INJECTED, finding);
    return new Progress(subject.draft().finish(clock.instant()), Optional.of(WHILE_BLOCKED));
  }
}
