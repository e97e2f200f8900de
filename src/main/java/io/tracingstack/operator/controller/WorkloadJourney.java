package io.tracingstack.operator.controller;

import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Reverted;
import io.tracingstack.operator.api.v1alpha1.WorkloadRef;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.InjectionDecision;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.injection.StackCandidate;
import io.tracingstack.operator.injection.StackSelection;
import io.tracingstack.operator.injection.WorkloadKind;
import io.tracingstack.operator.journey.Intent;
import io.tracingstack.operator.journey.IntentDecision;
import io.tracingstack.operator.journey.LeftPods;
import io.tracingstack.operator.journey.Progress;
import io.tracingstack.operator.journey.Reverts;
import io.tracingstack.operator.journey.StatusDraft;
import io.tracingstack.operator.kube.ServerStore;
import io.tracingstack.operator.kube.WorkloadStore;
import io.tracingstack.operator.kube.WorkloadStore.Removal;
import io.tracingstack.operator.kube.WorkloadStore.Stored;
import io.tracingstack.operator.stack.InstrumentationPlan;
import io.tracingstack.operator.stack.StackPlan;
import io.tracingstack.operator.status.Finding;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One step of a workload: fetch the facts, have them judged, act, and say what was found. */
@ApplicationScoped
public class WorkloadJourney {
  private static final Duration SOON = Duration.ofMillis(500);

  private static final Duration WHILE_REVERTING = Duration.ofSeconds(5);
  private static final Duration WHILE_BLOCKED = Duration.ofSeconds(30);

  private final Injections injections;
  private final WorkloadStore workloads;
  private final ServerStore servers;
  private final ServerPrerequisites prerequisites;
  private final ChangeStep changing;
  private final WatchStep watching;
  private final Leftovers leftovers;
  private final Clock clock;

  WorkloadJourney(
      Injections injections,
      WorkloadStore workloads,
      ServerStore servers,
      ServerPrerequisites prerequisites,
      ChangeStep changing,
      WatchStep watching,
      Leftovers leftovers,
      Clock clock) {
    this.injections = injections;
    this.workloads = workloads;
    this.servers = servers;
    this.prerequisites = prerequisites;
    this.changing = changing;
    this.watching = watching;
    this.leftovers = leftovers;
    this.clock = clock;
  }

  /** Goes one step; empty when the workload does not exist. */
  Optional<Progress> advance(TracedWorkload tw, TracedWorkloadStatus before) {
    String namespace = tw.getMetadata().getNamespace();
    WorkloadRef ref = tw.getSpec().workload();
    if (WorkloadKind.of(ref).filter(WorkloadKind::isInjectable).isEmpty()) {
      return Optional.of(leave(tw, before));
    }
    return workloads
        .get(namespace, ref)
        .map(stored -> advance(tw, before, stored.with(servers.serverOf(stored.object()))));
  }

  /** What cannot be changed is not even read. */
  private Progress leave(TracedWorkload tw, TracedWorkloadStatus before) {
    StatusDraft draft =
        new StatusDraft(
            before,
            tw.getMetadata().getGeneration(),
            orEmpty(tw.getMetadata().getAnnotations()).get(Labels.RETRY));
    draft.set(
        ConditionType.SELECTED,
        Finding.no(
            Reason.UNSUPPORTED_KIND,
            "nothing can be brought into a " + tw.getSpec().workload().kind()));
    return new Progress(draft.finish(clock.instant()), Optional.empty());
  }

  private Progress advance(TracedWorkload tw, TracedWorkloadStatus before, Stored stored) {
    String retry = orEmpty(tw.getMetadata().getAnnotations()).get(Labels.RETRY);
    StatusDraft draft = new StatusDraft(before, tw.getMetadata().getGeneration(), retry);
    StackSelection.Choice choice = injections.stack(tw, stored);
    if (choice.refusal().isPresent()) {
      return withdraw(tw, before, stored, draft, ConditionType.SELECTED, choice.refusal().get());
    }
    StackCandidate chosen = choice.stack().orElseThrow();
    draft.stack(chosen.ref());
    if (chosen.plan().isEmpty()) {
      Finding invalid =
          Finding.unknown(
              Reason.STACK_INVALID,
              "the specification of TracingStack %s is invalid; this workload is left as it is"
                  .formatted(chosen.ref()));
      return new Progress(
          draft.hold(invalid, clock.instant()), goOnReverting(tw, before, stored, retry));
    }
    StackPlan stack = chosen.plan().get();
    draft.set(
        ConditionType.SELECTED,
        Finding.yes(Reason.SELECTED, "served by TracingStack " + stack.ref()));

    InjectionDecision decision = injections.content(tw, stored, stack.instrumentation());
    if (decision.refusal().isPresent()) {
      return withdraw(tw, before, stored, draft, ConditionType.PREFLIGHT, decision.refusal().get());
    }
    draft.set(ConditionType.PREFLIGHT, Finding.yes(Reason.CLEAR, "nothing forbids injection"));

    Subject subject =
        new Subject(
            tw,
            before,
            draft,
            stored,
            stack,
            stack.instrumentation(),
            decision.plan().orElseThrow());
    if (subject.isLlamaStack()) {
      draft.llamaStack(subject.llamaStack(prerequisites.warnings(subject)).status());
    }
    Optional<Reverted> standing =
        Stream.concat(
                Stream.of(subject.plan().revision()),
                Footprint.of(stored.template()).map(Footprint::revision).stream())
            .flatMap(r -> Reverts.standing(before, r, subject.template(), retry).stream())
            .findFirst();
    if (standing.isPresent()) {
      return afterFailure(subject, standing.get());
    }
    draft.reverted(null);
    Intent intent =
        IntentDecision.decide(before, stored.template(), subject.plan(), retry, clock.instant());
    if (intent instanceof Intent.Inject inject) {
      draft.lostInjections(inject.lostInjections());
      return changing.advance(subject);
    }
    if (intent instanceof Intent.GiveUp giveUp) {
      draft.lostInjections(giveUp.lostInjections());
      draft.set(
          ConditionType.INJECTED,
          Finding.no(
              Reason.FIGHTING,
              "our fields were removed %d times within %d minutes"
                  .formatted(IntentDecision.MAX_LOSSES, IntentDecision.LOSS_WINDOW.toMinutes())));
      return new Progress(draft.finish(clock.instant()), Optional.empty());
    }
    return watching.advance(subject);
  }

  /**
   * What failed is out and stays out. An agent that was proven here before comes back instead, at
   * once: a return waits for no turn.
   */
  private Progress afterFailure(Subject subject, Reverted failure) {
    StatusDraft draft = subject.draft();
    Optional<InstrumentationPlan> former =
        Reverts.former(subject.before(), subject.instrumentation());
    Optional<InjectionPlan> proven =
        former
            .flatMap(f -> injections.content(subject.tw(), subject.stored(), f).plan())
            .filter(p -> !p.revision().equals(failure.revision()));
    if (proven.isPresent()) {
      InjectionPlan plan = proven.get();
      Subject returning =
          new Subject(
              subject.tw(),
              subject.before(),
              draft,
              subject.stored(),
              subject.stack(),
              former.get(),
              plan);
      draft.set(
          ConditionType.ADMITTED,
          Finding.yes(
              Reason.ADMITTED,
              "the agent that was proven before is back; the new one failed: "
                  + failure.message()));
      boolean present = plan.isAppliedTo(subject.stored().template());
      LeftPods left = present ? leftovers.clear(subject.stored()) : LeftPods.NONE;
      boolean healthy = present && subject.stored().rollout().complete() && left.all().isEmpty();
      draft.reverted(recovered(failure, healthy, left, subject));
      return present ? watching.advance(returning) : changing.write(returning, Optional.empty());
    }
    Undone undone = undo(subject.tw());
    LeftPods left = undone.left();
    Reverted now = recovered(failure, undone.healthy(), left, subject);
    draft.reverted(now);
    draft.set(ConditionType.INJECTED, reverted(now, left));
    return new Progress(
        draft.finish(clock.instant()),
        !now.recovered()
            ? Optional.of(WHILE_REVERTING)
            : left.all().isEmpty() ? Optional.empty() : Optional.of(WHILE_BLOCKED));
  }

  /** Whether a workload is healthy without us, and which of its pods are left with our content. */
  private record Undone(boolean healthy, LeftPods left) {}

  private Undone undo(TracedWorkload tw) {
    String namespace = tw.getMetadata().getNamespace();
    WorkloadRef ref = tw.getSpec().workload();
    if (!workloads.remove(namespace, ref).clean()) {
      return new Undone(false, LeftPods.NONE);
    }
    // Read anew: the rollout of the removal has its own generation.
    Optional<Stored> after = workloads.get(namespace, ref);
    LeftPods left = after.map(leftovers::clear).orElse(LeftPods.NONE);
    boolean complete = after.map(s -> s.rollout().complete()).orElse(true);
    return new Undone(complete && left.all().isEmpty(), left);
  }

  /**
   * Undoes what has failed already, which needs no settings. It is seen to be over, and the former
   * agent comes back, once the stack says again what it wants.
   *
   * @return when to look again
   */
  private Optional<Duration> goOnReverting(
      TracedWorkload tw, TracedWorkloadStatus before, Stored stored, String retry) {
    Optional<String> present = Footprint.of(stored.template()).map(Footprint::revision);
    String template = Footprint.hashWithout(stored.template());
    return Optional.ofNullable(before.reverted())
        .filter(r -> !r.recovered() && present.map(r.revision()::equals).orElse(true))
        .flatMap(r -> Reverts.standing(before, r.revision(), template, retry))
        .map(r -> undo(tw))
        .filter(undone -> !undone.healthy())
        .map(undone -> WHILE_REVERTING);
  }

  private static Finding reverted(Reverted failure, LeftPods left) {
    String what = "%s: %s".formatted(failure.reason(), failure.message());
    if (!failure.recovered()) {
      return Finding.no(Reason.REVERTING, what);
    }
    return left.all().isEmpty()
        ? Finding.no(Reason.REVERTED, what)
        : Finding.no(
            Reason.PODS_LEFT,
            "%s; to end the pods it is still in: %s".formatted(what, left.command()));
  }

  private Reverted recovered(Reverted failure, boolean healthy, LeftPods left, Subject subject) {
    return Reverts.since(
        failure, healthy, left, clock.instant(), subject.stack().rollout().verifyTimeout());
  }

  /** Leaves, or makes, the workload as it was before, and says why. */
  private Progress withdraw(
      TracedWorkload tw,
      TracedWorkloadStatus before,
      Stored stored,
      StatusDraft draft,
      ConditionType type,
      Refusal refusal) {
    draft.set(type, Finding.no(refusal.reason(), refusal.message()));
    Removal removal = workloads.remove(tw.getMetadata().getNamespace(), tw.getSpec().workload());
    if (!removal.clean()) {
      draft.stillInjected();
    }
    if (!removal.needed().isEmpty()) {
      draft.set(
          ConditionType.SELECTED,
          Finding.no(
              Reason.AGENT_NAMED_BY_HAND,
              "%s; but our files stay while these containers name our agent: %s"
                  .formatted(refusal.message(), removal.needed())));
    }
    // What was never changed has no pods of ours.
    boolean held =
        removal.clean()
            && draft.taken() != null
            && workloads
                .get(tw.getMetadata().getNamespace(), tw.getSpec().workload())
                .filter(leftovers::hold)
                .isPresent();
    Optional<Duration> untilClean =
        removal.clean()
            ? Optional.empty()
            : Optional.of(removal.needed().isEmpty() ? SOON : WHILE_BLOCKED);
    if (!held && (removal.clean() || !removal.needed().isEmpty())) {
      draft.reverted(
          Reverts.withdrawn(before, Footprint.hashWithout(stored.template())).orElse(null));
    }
    return new Progress(
        draft.finish(clock.instant()), held ? Optional.of(WHILE_REVERTING) : untilClean);
  }

  private static Map<String, String> orEmpty(Map<String, String> map) {
    return map == null ? Map.of() : map;
  }
}
