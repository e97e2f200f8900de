package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Proof;
import io.tracingstack.operator.journey.AgentVerification;
import io.tracingstack.operator.journey.LlamaStackFindings;
import io.tracingstack.operator.journey.ModelServers;
import io.tracingstack.operator.journey.Progress;
import io.tracingstack.operator.journey.RepairVerification;
import io.tracingstack.operator.journey.Reverts;
import io.tracingstack.operator.journey.Runs;
import io.tracingstack.operator.journey.Settling;
import io.tracingstack.operator.journey.StatusDraft;
import io.tracingstack.operator.journey.Turns;
import io.tracingstack.operator.rollout.Verdict;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.verification.Evidence;
import io.tracingstack.operator.verification.FoundTrace;
import io.tracingstack.operator.verification.Judgement;
import io.tracingstack.operator.verification.PodView;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Watches injected content: the agent, the rollout, the proof; and calls for its undo. */
@ApplicationScoped
public class WatchStep {
  private static final Duration SOON = Duration.ofMillis(500);

  /** Runs that began in the same second are told apart by their ends. */
  private static final Comparator<PodView> NEWEST =
      Comparator.comparing(PodView::created).thenComparing(pod -> pod.ended().orElse(Instant.MAX));

  /** Events tell of pods and rollouts; this only bounds what a lost one costs. */
  private static final Duration WHILE_PROGRESSING = Duration.ofSeconds(30);

  private static final Duration WHILE_UNPROVEN = Duration.ofSeconds(15);

  private final KubernetesClient client;
  private final Witnesses witnesses;
  private final BetweenRuns betweenRuns;
  private final Surroundings surroundings;
  private final Failures failures;
  private final Clock clock;

  WatchStep(
      KubernetesClient client,
      Witnesses witnesses,
      BetweenRuns betweenRuns,
      Surroundings surroundings,
      Failures failures,
      Clock clock) {
    this.client = client;
    this.witnesses = witnesses;
    this.betweenRuns = betweenRuns;
    this.surroundings = surroundings;
    this.failures = failures;
    this.clock = clock;
  }

  /** Says how far the content is that the workload has now. */
  Progress advance(Subject given) {
    Subject subject =
        given.with(surroundings.told(given.stored(), failures.written(given.before())));
    StatusDraft draft = subject.draft();
    String revision = subject.plan().revision();
    draft.revision(revision);
    draft.taken(
        Turns.takenWith(
            subject.before(),
            subject.admitted(),
            revision,
            subject.template(),
            subject.instrumentation().release()));
    if (!draft.has(ConditionType.ADMITTED)) {
      draft.set(ConditionType.ADMITTED, Finding.yes(Reason.ADMITTED, "the rollout let it go"));
    }
    draft.set(ConditionType.INJECTED, Finding.yes(Reason.INJECTED, subject.plan().summary()));
    boolean byRuns = subject.stored().rollout().byRuns();
    List<PodView> found = newestPods(subject.namespace(), revision);
    List<PodView> pods =
        byRuns ? Runs.speaking(found, draft.shownBefore(ConditionType.AGENT_VERIFIED)) : found;
    if (byRuns && pods.isEmpty()) {
      return betweenRuns.advance(subject);
    }
    Finding agent = agent(subject, pods);
    draft.set(ConditionType.AGENT_VERIFIED, agent);
    Finding present = subject.stored().rollout().finding(pods);
    Finding rollout =
        byRuns
            ? draft.takenByRun(present)
            : draft.rolledOut(present, subject.stored().rollout().observed());
    if (!byRuns && !draft.provenBefore(revision)) {
      draft.settled(
          Settling.now(
              subject.before(),
              revision,
              subject.template(),
              pods,
              rollout.holds(),
              subject.stack().rollout().verifyTimeout(),
              clock.instant()));
    }
    Optional<Progress> failed = failures.find(subject, pods);
    if (failed.isPresent()) {
      return failed.get();
    }
    if (rollout.reason() == Reason.SCALED_TO_ZERO) {
      draft.set(ConditionType.AGENT_VERIFIED, rollout);
      draft.unproven(rollout);
      return finish(draft, Optional.empty());
    }
    boolean runsUntraced = Boolean.FALSE.equals(agent.status());
    if (pods.isEmpty() || runsUntraced) {
      draft.unproven(
          Finding.unknown(
              Reason.AWAITING_PODS,
              runsUntraced ? "the application runs untraced" : "no pod of this revision yet"));
      return failures
          .findUnproven(subject, pods, ConditionType.AGENT_VERIFIED, agent)
          .orElseGet(
              () -> finish(draft, Optional.of(runsUntraced ? WHILE_UNPROVEN : WHILE_PROGRESSING)));
    }
    return judge(subject, pods, rollout.holds());
  }

  /** What the init containers reported. */
  private static Finding agent(Subject subject, List<PodView> pods) {
    StatusDraft draft = subject.draft();
    if (subject.isLlamaStack()) {
      LlamaStackFindings server =
          subject.llamaStack(Optional.ofNullable(draft.llamaStack().warnings()).orElse(List.of()));
      draft.llamaStack(server.status(pods));
      return RepairVerification.finding(pods);
    }
    if (subject.isVllm()) {
      return ModelServers.agent();
    }
    draft.agent(AgentVerification.summary(pods));
    return AgentVerification.finding(pods, subject.instrumentation().agentSha256());
  }

  private Progress judge(Subject subject, List<PodView> pods, boolean rolledOut) {
    StatusDraft draft = subject.draft();
    String revision = subject.plan().revision();
    String templateRevision = pods.get(0).templateRevision();
    Optional<Duration> untilSettled = rolledOut ? Optional.empty() : Optional.of(WHILE_PROGRESSING);
    if (draft.keepProof(revision, templateRevision)) {
      if (subject.isLlamaStack()) {
        draft.llamaStack(
            LlamaStackFindings.stillConfirmed(draft.llamaStack(), subject.before().llamaStack()));
      }
      return keep(subject, pods, rolledOut, untilSettled);
    }
    Evidence evidence = gather(subject, pods, rolledOut);
    Judgement judgement = judgement(subject, evidence, pods);
    String uid = subject.tw().getMetadata().getUid();
    if (judgement.finding().holds()) {
      prove(subject, pods, evidence, judgement);
      witnesses.forget(uid);
      return finish(draft, untilSettled);
    }
    draft.unproven(
        draft.provenBefore(revision, templateRevision)
            ? Verdict.ofProven(judgement.finding())
            : judgement.finding());
    if (judgement.finding().reason() == Reason.AWAITING_RUN) {
      return finish(draft, Optional.empty());
    }
    Optional<Progress> failed =
        failures.findUnproven(subject, pods, ConditionType.TRACED, judgement.finding());
    if (failed.isPresent()) {
      return failed.get();
    }
    Duration pause =
        witnesses.proofIsFresh(uid)
            ? SOON
            : evidence.waited().compareTo(Judgement.PATIENCE) < 0
                ? Duration.ofSeconds(2)
                : WHILE_UNPROVEN;
    return finish(draft, Optional.of(pause));
  }

  private static Judgement judgement(Subject subject, Evidence evidence, List<PodView> pods) {
    Judgement judgement = Judgement.of(evidence, subject.plan().revision(), pods);
    return subject.isVllm() ? ModelServers.judged(judgement) : judgement;
  }

  /** A proof stands until its pods go; but one that has grown old is looked after. */
  private Progress keep(
      Subject subject, List<PodView> pods, boolean rolledOut, Optional<Duration> untilSettled) {
    StatusDraft draft = subject.draft();
    if (draft.proofIsOld(clock.instant())) {
      witnesses
          .counted(subject.stack(), subject.plan().revision())
          .ifPresent(spans -> draft.seenAgain(spans, clock.instant()));
      confirmRepair(subject, pods, Optional.empty());
    }
    if (subject.stored().rollout().byRuns()
        || !draft.silentFor(subject.stack().rollout().silentAfter(), clock.instant())) {
      // An answer of now says nothing of a silence to come.
      witnesses.forget(subject.tw().getMetadata().getUid());
      return finish(draft, untilSettled);
    }
    Evidence evidence = gather(subject, pods, rolledOut);
    Judgement judgement = judgement(subject, evidence, pods);
    if (judgement.finding().holds()) {
      prove(subject, pods, evidence, judgement);
      witnesses.forget(subject.tw().getMetadata().getUid());
      return finish(draft, untilSettled);
    }
    Finding silence = Verdict.ofProven(judgement.finding());
    if (silence.reason() == Reason.STOPPED_SENDING) {
      draft.unproven(silence);
    }
    return finish(draft, Optional.of(WHILE_UNPROVEN));
  }

  private Evidence gather(Subject subject, List<PodView> pods, boolean rolledOut) {
    return witnesses.gather(
        new Witnesses.Subject(
            subject.tw().getMetadata().getUid(),
            subject.namespace(),
            subject.plan().revision(),
            pods,
            subject.agentContainer(subject.plan()),
            subject.draft().provenBefore(subject.plan().revision()),
            rolledOut,
            subject.answersWithSpans()
                && subject.stack().rollout().proof() == RolloutSpec.Proof.READINESS_REQUEST),
        subject.stack());
  }

  private void prove(Subject subject, List<PodView> pods, Evidence evidence, Judgement judgement) {
    confirmRepair(subject, pods, evidence.foundById());
    String now = StatusDraft.timestamp(clock.instant());
    subject
        .draft()
        .proven(
            judgement.finding(),
            new Proof(
                judgement.witness().orElseThrow(),
                judgement.traceId().orElse(null),
                evidence.proofRequest().map(r -> r.pod()).orElse(pods.get(0).name()),
                pods.get(0).templateRevision(),
                now,
                now,
                evidence.counted().isPresent() ? evidence.counted().getAsLong() : null));
    subject.draft().lastGood(Reverts.good(subject.instrumentation()));
  }

  /** That the running server has the repair is claimed when its own spans say so. */
  private void confirmRepair(Subject subject, List<PodView> pods, Optional<FoundTrace> found) {
    Optional<String> mark =
        pods.stream().flatMap(p -> p.repair().stream()).flatMap(r -> r.mark().stream()).findFirst();
    if (mark.isPresent() && subject.isLlamaStack()) {
      StatusDraft draft = subject.draft();
      List<FoundTrace> traces =
          new ArrayList<>(witnesses.traces(subject.stack(), subject.plan().revision(), pods));
      found.ifPresent(traces::add);
      draft.llamaStack(LlamaStackFindings.confirmed(draft.llamaStack(), mark.get(), traces));
    }
  }

  private Progress finish(StatusDraft draft, Optional<Duration> lookAgain) {
    return new Progress(draft.finish(clock.instant()), lookAgain);
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
            .sorted(NEWEST.reversed())
            .toList();
    return all.stream()
        .filter(p -> p.templateRevision().equals(all.get(0).templateRevision()))
        .toList();
  }
}
