package io.tracingstack.operator.controller;

import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Proof;
import io.tracingstack.operator.journey.Progress;
import io.tracingstack.operator.journey.Reverts;
import io.tracingstack.operator.journey.StatusDraft;
import io.tracingstack.operator.kube.WorkloadStore.Stored;
import io.tracingstack.operator.stack.StackPlan;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.verification.Evidence;
import io.tracingstack.operator.verification.Judgement;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a CronJob while no pod of it can be asked: before its first run, after the last
 * one was taken away, and while the next one starts.
 */
@ApplicationScoped
public class BetweenRuns {
  /** Spans of a run that was taken away as soon as it ended are counted and found by then. */
  private static final Duration WHILE_SPANS_TRAVEL = Duration.ofSeconds(30);

  private final Witnesses witnesses;
  private final Clock clock;

  BetweenRuns(Witnesses witnesses, Clock clock) {
    this.witnesses = witnesses;
    this.clock = clock;
  }

  /** Says how far it is, from what the last run showed and from what the witnesses have of it. */
  Progress advance(Subject subject) {
    String uid = subject.tw().getMetadata().getUid();
    String revision = subject.plan().revision();
    StatusDraft draft = subject.draft();
    Stored stored = subject.stored();
    StackPlan stack = subject.stack();
    Finding awaiting = stored.rollout().finding(List.of());
    draft.betweenRuns(awaiting);
    if (draft.keepProof(revision, revision)) {
      if (draft.proofIsOld(clock.instant())) {
        witnesses
            .counted(stack, revision)
            .ifPresent(spans -> draft.seenAgain(spans, clock.instant()));
      }
      return finish(draft, Optional.empty());
    }
    Evidence evidence =
        witnesses.gather(
            new Witnesses.Subject(
                uid,
                stored.object().getMetadata().getNamespace(),
                revision,
                List.of(),
                Optional.empty(),
                false,
                true,
                false),
            stack);
    Judgement judgement = Judgement.of(evidence, revision);
    if (judgement.finding().holds()) {
      String now = StatusDraft.timestamp(clock.instant());
      draft.proven(
          judgement.finding(),
          new Proof(
              judgement.witness().orElseThrow(),
              judgement.traceId().orElse(null),
              null,
              revision,
              now,
              now,
              evidence.counted().isPresent() ? evidence.counted().getAsLong() : null));
      draft.lastGood(Reverts.good(subject.instrumentation()));
      witnesses.forget(uid);
      return finish(draft, Optional.empty());
    }
    draft.unproven(awaiting);
    boolean known = draft.said(ConditionType.TRACED, Reason.AWAITING_RUN);
    return finish(draft, known ? Optional.empty() : Optional.of(WHILE_SPANS_TRAVEL));
  }

  private Progress finish(StatusDraft draft, Optional<Duration> lookAgain) {
    return new Progress(draft.finish(clock.instant()), lookAgain);
  }
}
