package io.tracingstack.operator.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.Rehearsal;
import io.tracingstack.operator.api.v1alpha1.StackRef;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.AgentReport;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Proof;
import io.tracingstack.operator.api.v1alpha1.Turn;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.testing.Yaml;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatusDraftTest {
  private static final Instant MORNING = Instant.parse("2026-11-21T08:00:00.123Z");
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final Proof PROOF =
      new Proof("ProofRequest", "abc", "pod-a", "7d9f", "t", "t", 20L);

  @Test
  void anUnchangedWorldEndsInAnEqualStatus() {
    TracedWorkloadStatus first = traced(TracedWorkloadStatus.empty()).finish(MORNING);

    StatusDraft again = injected(first);
    boolean kept = again.keepProof("rev1", "7d9f");

    assertThat(kept).isTrue();
    assertThat(again.finish(NOON)).isEqualTo(first);
  }

  @Test
  void theStateIsTheFirstConditionThatDoesNotHold() {
    StatusDraft draft = injected(TracedWorkloadStatus.empty());
    draft.set(ConditionType.ROLLED_OUT, Finding.no(Reason.CRASH_LOOP, "pod a does not run"));
    draft.unproven(Finding.unknown(Reason.AWAITING_PODS, "no pod"));

    TracedWorkloadStatus status = draft.finish(NOON);

    assertThat(status.state()).isEqualTo("CrashLoop");
    assertThat(status.message()).startsWith("pod a does not run; see the container's log");
  }

  @Test
  void aRehearsalThatNobodySaysGoesOnIsAbandoned() {
    Rehearsal running =
        Yaml.read("{revision: r, outcome: Running, pod: a-rehearsal}", Rehearsal.class);
    TracedWorkloadStatus before = TracedWorkloadStatus.empty().with(running);

    TracedWorkloadStatus without = traced(before).finish(NOON);
    StatusDraft draft = traced(before);
    draft.rehearsal(running);

    assertThat(without.rehearsal().outcome()).isEqualTo(Rehearsal.Outcome.ABANDONED);
    assertThat(without.rehearsal().pod()).isEqualTo("a-rehearsal");
    assertThat(without.rehearsal().withoutPod()).isNull();
    assertThat(draft.finish(NOON).rehearsal()).isEqualTo(running);
  }

  @Test
  void aTurnThatWasNotUsedIsOverAndWhatIsInKeepsItsOwn() {
    Turn unused = new Turn(2, "rev2", "template", "new", null, null);
    StatusDraft injected = traced(TracedWorkloadStatus.empty());
    injected.taken(new Turn(1, "rev1", "template", "old", null, null));
    injected.forgo(unused);
    StatusDraft plain = new StatusDraft(TracedWorkloadStatus.empty(), 1L, null);
    plain.set(ConditionType.ADMITTED, Finding.no(Reason.REHEARSAL_FAILED, "it crashed"));
    plain.forgo(unused);

    assertThat(injected.finish(NOON).taken())
        .isEqualTo(new Turn(2, "rev1", "template", "old", null, null));
    assertThat(plain.finish(NOON).taken()).isEqualTo(unused);
  }

  @Test
  void whenAllHoldTheStateIsTraced() {
    TracedWorkloadStatus status = traced(TracedWorkloadStatus.empty()).finish(NOON);

    assertThat(status.state()).isEqualTo("Traced");
    assertThat(status.message()).isEqualTo("found");
    assertThat(status.proof()).isEqualTo(PROOF);
  }

  @Test
  void aProofOfOtherContentOrOtherPodsProvesNothingNow() {
    TracedWorkloadStatus before = traced(TracedWorkloadStatus.empty()).finish(MORNING);

    assertThat(injected(before).keepProof("rev2", "7d9f")).isFalse();
    assertThat(injected(before).keepProof("rev1", "8c8c")).isFalse();
    assertThat(injected(TracedWorkloadStatus.empty()).keepProof("rev1", "7d9f")).isFalse();
  }

  @Test
  void aRolloutStandsUntilItsControllerHasLooked() {
    Finding unsettled = Finding.no(Reason.PROGRESSING, "1 of 1 pods are of this revision");
    Finding crashing = Finding.no(Reason.CRASH_LOOP, "pod a does not run");
    StatusDraft complete = traced(TracedWorkloadStatus.empty());
    complete.set(ConditionType.ROLLED_OUT, Finding.yes(Reason.ROLLED_OUT, "1 of 1 pods"));
    TracedWorkloadStatus before = complete.finish(MORNING);
    StatusDraft otherContent = injected(before);
    otherContent.revision("rev2");

    assertThat(injected(before).rolledOut(unsettled, false).holds()).isTrue();
    assertThat(injected(before).rolledOut(unsettled, true)).isEqualTo(unsettled);
    assertThat(injected(before).rolledOut(crashing, false)).isEqualTo(crashing);
    assertThat(otherContent.rolledOut(unsettled, false)).isEqualTo(unsettled);
    assertThat(injected(TracedWorkloadStatus.empty()).rolledOut(unsettled, false))
        .isEqualTo(unsettled);
  }

  @Test
  void whatARunShowedStandsUntilTheNextOneOfTheSameRevision() {
    Finding awaiting = Finding.unknown(Reason.AWAITING_RUN, "next run");
    StatusDraft seen = injected(TracedWorkloadStatus.empty());
    seen.set(ConditionType.AGENT_VERIFIED, Finding.yes(Reason.VERIFIED, "agent 2.33.1"));
    seen.takenByRun(Finding.yes(Reason.ROLLED_OUT, "a run"));
    seen.proven(Finding.yes(Reason.TRACED, "found"), PROOF);
    TracedWorkloadStatus before = seen.finish(MORNING);

    StatusDraft between = injected(before);
    between.betweenRuns(awaiting);
    between.keepProof("rev1", "7d9f");
    StatusDraft other = injected(before);
    other.revision("rev2");
    other.betweenRuns(awaiting);
    other.unproven(awaiting);

    assertThat(between.finish(NOON)).isEqualTo(before);
    assertThat(other.finish(NOON).state()).isEqualTo("AwaitingRun");
    assertThat(other.finish(NOON).agent()).isNull();
  }

  @Test
  void aRunAfterTheProofIsItsOwnAffair() {
    Finding crashing = Finding.no(Reason.CRASH_LOOP, "pod b does not run");
    StatusDraft taken = injected(TracedWorkloadStatus.empty());
    taken.takenByRun(Finding.yes(Reason.ROLLED_OUT, "a run"));
    taken.unproven(Finding.unknown(Reason.AWAITING_PROOF, "waiting"));
    TracedWorkloadStatus unproven = taken.finish(MORNING);
    taken.proven(Finding.yes(Reason.TRACED, "found"), PROOF);
    TracedWorkloadStatus proven = taken.finish(MORNING);

    assertThat(injected(unproven).takenByRun(crashing)).isEqualTo(crashing);
    assertThat(injected(proven).takenByRun(crashing))
        .isEqualTo(Finding.yes(Reason.ROLLED_OUT, "a run"));
  }

  @Test
  void aFormerProofStaysAsHistoryWhileThereIsNone() {
    TracedWorkloadStatus before = traced(TracedWorkloadStatus.empty()).finish(MORNING);

    StatusDraft draft = injected(before);
    draft.unproven(Finding.unknown(Reason.AWAITING_PROOF, "waiting"));
    TracedWorkloadStatus status = draft.finish(NOON);

    assertThat(status.proof()).isEqualTo(PROOF);
    assertThat(status.state()).isEqualTo("AwaitingProof");
    assertThat(injected(status).keepProof("rev1", "7d9f")).isFalse();
  }

  @Test
  void aFormerProofIsNotCarriedOverToOtherContent() {
    StatusDraft changed = injected(traced(TracedWorkloadStatus.empty()).finish(MORNING));
    changed.revision("rev2");
    changed.unproven(Finding.unknown(Reason.AWAITING_PODS, "no pod"));
    TracedWorkloadStatus waiting = changed.finish(NOON);

    StatusDraft next = injected(waiting);
    next.revision("rev2");

    assertThat(waiting.proof()).isNull();
    assertThat(next.provenBefore("rev2")).isFalse();
  }

  @Test
  void silenceAfterAProofIsAChangeOnlyWithTheSamePods() {
    StatusDraft draft = injected(traced(TracedWorkloadStatus.empty()).finish(MORNING));

    assertThat(draft.provenBefore("rev1", "7d9f")).isTrue();
    assertThat(draft.provenBefore("rev1", "8c8c")).isFalse();
    assertThat(draft.provenBefore("rev2", "7d9f")).isFalse();
  }

  @Test
  void aWorkloadAsItWasBeforeHasNothingOfOursInItsStatus() {
    StatusDraft draft =
        new StatusDraft(traced(TracedWorkloadStatus.empty()).finish(NOON), 1L, null);
    draft.set(ConditionType.SELECTED, Finding.no(Reason.NO_STACK, "there is no TracingStack"));

    TracedWorkloadStatus status = draft.finish(NOON);

    assertThat(status.stack()).isNull();
    assertThat(status.revision()).isNull();
    assertThat(status.agent()).isNull();
    assertThat(status.proof()).isNull();
    assertThat(status.state()).isEqualTo("NoStack");
  }

  @Test
  void lossesAndTheHandledRetryAreCarriedOn() {
    TracedWorkloadStatus before =
        Yaml.read(
            "{lostInjections: ['2026-11-21T11:00:00Z'], handledRetry: '1'}",
            TracedWorkloadStatus.class);

    StatusDraft untouched = new StatusDraft(before, 2L, "1");
    untouched.set(ConditionType.SELECTED, Finding.yes(Reason.SELECTED, "served"));
    StatusDraft retried = new StatusDraft(before, 2L, "2");
    retried.set(ConditionType.PREFLIGHT, Finding.yes(Reason.CLEAR, "nothing forbids injection"));
    retried.set(ConditionType.INJECTED, Finding.no(Reason.FIGHTING, "removed 3 times"));
    retried.lostInjections(List.of());

    assertThat(retried.finish(NOON).lostInjections()).isNull();
    assertThat(retried.finish(NOON).handledRetry()).isEqualTo("2");
    untouched.set(ConditionType.TRACED, Finding.unknown(Reason.AWAITING_PROOF, "waiting"));
    assertThat(untouched.finish(NOON).lostInjections()).containsExactly("2026-11-21T11:00:00Z");
    assertThat(untouched.finish(NOON).observedGeneration()).isEqualTo(2L);
  }

  @Test
  void aRetryThatCouldNotBeTriedIsNotHandled() {
    TracedWorkloadStatus before =
        Yaml.read("{handledRetry: '1', reverted: {revision: rev1}}", TracedWorkloadStatus.class);
    StatusDraft invalid = new StatusDraft(before, 1L, "2");
    StatusDraft withoutConsent = new StatusDraft(before, 1L, "2");
    withoutConsent.set(ConditionType.SELECTED, Finding.no(Reason.NO_CONSENT, "not asked for"));
    StatusDraft refused = new StatusDraft(before, 1L, "2");
    refused.set(ConditionType.SELECTED, Finding.yes(Reason.SELECTED, "served"));
    refused.set(ConditionType.PREFLIGHT, Finding.no(Reason.OTHER_AGENT_PRESENT, "an agent"));

    assertThat(invalid.hold(Finding.unknown(Reason.STACK_INVALID, "typo"), NOON).handledRetry())
        .isEqualTo("1");
    assertThat(withoutConsent.finish(NOON).handledRetry()).isEqualTo("1");
    assertThat(refused.finish(NOON).handledRetry()).isEqualTo("1");
    assertThat(refused.finish(NOON).reverted()).isEqualTo(before.reverted());
  }

  private static StatusDraft traced(TracedWorkloadStatus before) {
    StatusDraft draft = injected(before);
    draft.proven(Finding.yes(Reason.TRACED, "found"), PROOF);
    return draft;
  }

  private static StatusDraft injected(TracedWorkloadStatus before) {
    StatusDraft draft = new StatusDraft(before, 1L, null);
    draft.stack(new StackRef("observability", "tracing"));
    draft.revision("rev1");
    draft.agent(Optional.of(new AgentReport("2.33.1", "e43a", "1/1")));
    draft.set(ConditionType.SELECTED, Finding.yes(Reason.SELECTED, "served"));
    draft.set(ConditionType.INJECTED, Finding.yes(Reason.INJECTED, "app"));
    return draft;
  }
}
