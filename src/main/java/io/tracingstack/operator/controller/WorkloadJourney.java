package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Proof;
import io.tracingstack.operator.api.v1alpha1.WorkloadRef;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.injection.JavaInjection;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.injection.StackCandidate;
import io.tracingstack.operator.injection.StackSelection;
import io.tracingstack.operator.injection.WorkloadKind;
import io.tracingstack.operator.journey.AgentVerification;
import io.tracingstack.operator.journey.Intent;
import io.tracingstack.operator.journey.IntentDecision;
import io.tracingstack.operator.journey.Progress;
import io.tracingstack.operator.journey.Runs;
import io.tracingstack.operator.journey.StatusDraft;
import io.tracingstack.operator.kube.ClusterWatch;
import io.tracingstack.operator.kube.WorkloadStore;
import io.tracingstack.operator.kube.WorkloadStore.Outcome;
import io.tracingstack.operator.kube.WorkloadStore.Removal;
import io.tracingstack.operator.kube.WorkloadStore.Stored;
import io.tracingstack.operator.stack.StackPlan;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.verification.Evidence;
import io.tracingstack.operator.verification.Judgement;
import io.tracingstack.operator.verification.PodView;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One step of a workload: fetch the facts, have them judged, act, and say what was found. */
@ApplicationScoped
public class WorkloadJourney {
  private static final Duration SOON = Duration.ofMillis(500);

  /** Events tell of pods and rollouts; this only bounds what a lost one costs. */
  private static final Duration WHILE_PROGRESSING = Duration.ofSeconds(30);

  private static final Duration WHILE_UNPROVEN = Duration.ofSeconds(15);
  private static final Duration WHILE_BLOCKED = Duration.ofSeconds(30);

  private final KubernetesClient client;
  private final ClusterWatch watch;
  private final StackPlans plans;
  private final StackSelection.Policy policy;
  private final WorkloadStore workloads;
  private final Witnesses witnesses;
  private final BetweenRuns betweenRuns;
  private final Clock clock;

  WorkloadJourney(
      KubernetesClient client,
      ClusterWatch watch,
      StackPlans plans,
      StackSelection.Policy policy,
      WorkloadStore workloads,
      Witnesses witnesses,
      BetweenRuns betweenRuns,
      Clock clock) {
    this.client = client;
    this.watch = watch;
    this.plans = plans;
    this.policy = policy;
    this.workloads = workloads;
    this.witnesses = witnesses;
    this.betweenRuns = betweenRuns;
    this.clock = clock;
  }

  /** Goes one step; empty when the workload does not exist. */
  Optional<Progress> advance(TracedWorkload tw, TracedWorkloadStatus before) {
    String namespace = tw.getMetadata().getNamespace();
    WorkloadRef ref = tw.getSpec().workload();
    if (WorkloadKind.of(ref).filter(WorkloadKind::isInjectable).isEmpty()) {
      return Optional.of(leave(tw, before));
    }
    return workloads.get(namespace, ref).map(stored -> advance(tw, before, stored));
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
    StackSelection.Choice choice = choose(tw, stored);
    if (choice.refusal().isPresent()) {
      return withdraw(tw, draft, ConditionType.SELECTED, choice.refusal().get());
    }
    StackCandidate chosen = choice.stack().orElseThrow();
    draft.stack(chosen.ref());
    if (chosen.plan().isEmpty()) {
      Finding invalid =
          Finding.unknown(
              Reason.STACK_INVALID,
              "the specification of TracingStack %s is invalid; this workload is left as it is"
                  .formatted(chosen.ref()));
      return new Progress(draft.hold(invalid, clock.instant()), Optional.empty());
    }
    StackPlan stack = chosen.plan().get();
    draft.set(
        ConditionType.SELECTED,
        Finding.yes(Reason.SELECTED, "served by TracingStack " + stack.ref()));

    JavaInjection.Decision decision =
        JavaInjection.decide(
            tw.getMetadata().getUid(),
            stored.view(),
            stack.instrumentation(),
            workloads.envFromNames(tw.getMetadata().getNamespace(), stored.template()));
    if (decision.refusal().isPresent()) {
      return withdraw(tw, draft, ConditionType.PREFLIGHT, decision.refusal().get());
    }
    draft.set(ConditionType.PREFLIGHT, Finding.yes(Reason.CLEAR, "nothing forbids injection"));

    InjectionPlan plan = decision.plan().orElseThrow();
    Intent intent = IntentDecision.decide(before, stored.template(), plan, retry, clock.instant());
    if (intent instanceof Intent.Inject inject) {
      draft.lostInjections(inject.lostInjections());
      return inject(tw, draft, stack, plan, stored);
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
    return observe(tw, draft, stack, plan, stored);
  }

  private StackSelection.Choice choose(TracedWorkload tw, Stored stored) {
    String language = tw.getSpec().language();
    if (!"java".equals(language)) {
      return new StackSelection.Choice(
          Optional.empty(),
          Optional.of(
              new Refusal(
                  Reason.UNSUPPORTED_LANGUAGE,
                  "label %s has the value '%s'".formatted(Labels.INJECT, language))));
    }
    ObjectMeta namespace =
        watch
            .namespace(tw.getMetadata().getNamespace())
            .map(Namespace::getMetadata)
            .orElseGet(ObjectMeta::new);
    ObjectMeta workload = stored.object().getMetadata();
    return StackSelection.choose(
        new StackSelection.NamespaceView(
            tw.getMetadata().getNamespace(),
            orEmpty(namespace.getLabels()),
            orEmpty(namespace.getAnnotations())),
        orEmpty(workload.getLabels()),
        orEmpty(workload.getAnnotations()),
        plans.candidates(watch.stacks()),
        policy);
  }

  /** Leaves, or makes, the workload as it was before, and says why. */
  private Progress withdraw(
      TracedWorkload tw, StatusDraft draft, ConditionType type, Refusal refusal) {
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
    return new Progress(
        draft.finish(clock.instant()),
        removal.clean()
            ? Optional.empty()
            : Optional.of(removal.needed().isEmpty() ? SOON : WHILE_BLOCKED));
  }

  private Progress inject(
      TracedWorkload tw, StatusDraft draft, StackPlan stack, InjectionPlan plan, Stored stored) {
    Outcome outcome =
        workloads.inject(tw.getMetadata().getNamespace(), tw.getSpec().workload(), stored, plan);
    if (outcome instanceof Outcome.Applied applied) {
      return observe(tw, draft, stack, plan, applied.stored());
    }
    Finding finding = Finding.unknown(Reason.PROGRESSING, "the workload is being replaced");
    if (outcome instanceof Outcome.Conflict conflict) {
      finding = Finding.no(Reason.CONFLICT, conflict.message());
    } else if (outcome instanceof Outcome.Rejected rejected) {
      finding = Finding.no(Reason.REJECTED, rejected.message());
    }
    draft.set(ConditionType.INJECTED, finding);
    return new Progress(draft.finish(clock.instant()), Optional.of(WHILE_BLOCKED));
  }

  private Progress observe(
      TracedWorkload tw, StatusDraft draft, StackPlan stack, InjectionPlan plan, Stored stored) {
    draft.revision(plan.revision());
    draft.set(ConditionType.INJECTED, Finding.yes(Reason.INJECTED, plan.summary()));
    boolean byRuns = stored.rollout().byRuns();
    List<PodView> found = newestPods(tw.getMetadata().getNamespace(), plan.revision());
    List<PodView> pods =
        byRuns ? Runs.speaking(found, draft.shownBefore(ConditionType.AGENT_VERIFIED)) : found;
    if (byRuns && pods.isEmpty()) {
      return betweenRuns.advance(tw.getMetadata().getUid(), plan.revision(), draft, stored, stack);
    }
    draft.agent(AgentVerification.summary(pods));
    Finding agent = AgentVerification.finding(pods, stack.instrumentation().agentSha256());
    draft.set(ConditionType.AGENT_VERIFIED, agent);
    Finding present = stored.rollout().finding(pods);
    Finding rollout =
        byRuns ? draft.takenByRun(present) : draft.rolledOut(present, stored.rollout().observed());

    if (rollout.reason() == Reason.SCALED_TO_ZERO) {
      draft.set(ConditionType.AGENT_VERIFIED, rollout);
      draft.unproven(rollout);
      return new Progress(draft.finish(clock.instant()), Optional.empty());
    }
    boolean runsUntraced = Boolean.FALSE.equals(agent.status());
    if (pods.isEmpty() || runsUntraced) {
      draft.unproven(
          Finding.unknown(
              Reason.AWAITING_PODS,
              runsUntraced ? "the application runs untraced" : "no pod of this revision yet"));
      return new Progress(
          draft.finish(clock.instant()),
          Optional.of(runsUntraced ? WHILE_UNPROVEN : WHILE_PROGRESSING));
    }
    return judge(tw, draft, stack, plan, pods, rollout.holds());
  }

  private Progress judge(
      TracedWorkload tw,
      StatusDraft draft,
      StackPlan stack,
      InjectionPlan plan,
      List<PodView> pods,
      boolean rolledOut) {
    String templateRevision = pods.get(0).templateRevision();
    Optional<Duration> untilSettled = rolledOut ? Optional.empty() : Optional.of(WHILE_PROGRESSING);
    if (draft.keepProof(plan.revision(), templateRevision)) {
      if (draft.proofIsOld(clock.instant())) {
        witnesses
            .counted(stack, plan.revision())
            .ifPresent(spans -> draft.seenAgain(spans, clock.instant()));
      }
      return new Progress(draft.finish(clock.instant()), untilSettled);
    }
    String uid = tw.getMetadata().getUid();
    Evidence evidence =
        witnesses.gather(
            new Witnesses.Subject(
                uid,
                tw.getMetadata().getNamespace(),
                plan.revision(),
                pods,
                plan.containers().get(0),
                draft.provenBefore(plan.revision()),
                rolledOut),
            stack);
    Judgement judgement = Judgement.of(evidence, plan.revision(), pods);
    if (judgement.finding().holds()) {
      String now = StatusDraft.timestamp(clock.instant());
      draft.proven(
          judgement.finding(),
          new Proof(
              judgement.witness().orElseThrow(),
              judgement.traceId().orElse(null),
              evidence.proofRequest().map(r -> r.pod()).orElse(pods.get(0).name()),
              templateRevision,
              now,
              now,
              evidence.counted().isPresent() ? evidence.counted().getAsLong() : null));
      witnesses.forget(uid);
      return new Progress(draft.finish(clock.instant()), untilSettled);
    }
    draft.unproven(judgement.finding());
    if (judgement.finding().reason() == Reason.AWAITING_RUN) {
      return new Progress(draft.finish(clock.instant()), Optional.empty());
    }
    Duration pause =
        witnesses.proofIsFresh(uid)
            ? SOON
            : evidence.waited().compareTo(Judgement.PATIENCE) < 0
                ? Duration.ofSeconds(2)
                : WHILE_UNPROVEN;
    return new Progress(draft.finish(clock.instant()), Optional.of(pause));
  }

  /** Pods of the injected revision, of the newest pod template only, newest first. */
  private List<PodView> newestPods(String namespace, String revision) {
    List<PodView> all =
        client
            .pods()
            .inNamespace(namespace)
            .withLabel(Labels.REVISION, revision)
            .list()
            .getItems()
            .stream()
            .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
            .map(PodView::of)
            .sorted(Comparator.comparing(PodView::created).reversed())
            .toList();
    return all.stream()
        .filter(p -> p.templateRevision().equals(all.get(0).templateRevision()))
        .toList();
  }

  private static Map<String, String> orEmpty(Map<String, String> map) {
    return map == null ? Map.of() : map;
  }
}
