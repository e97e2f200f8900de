package io.tracingstack.operator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.rehearsal.RehearsalDecision.Failed;
import io.tracingstack.operator.rehearsal.RehearsalDecision.Missed;
import io.tracingstack.operator.rehearsal.RehearsalDecision.Passed;
import io.tracingstack.operator.rehearsal.RehearsalDecision.Waiting;
import io.tracingstack.operator.rollout.Verdict;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.testing.TestPods;
import io.tracingstack.operator.verification.Judgement;
import io.tracingstack.operator.verification.PodView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pod exists since 08:00:00 and may take five minutes twice; it is 08:02:00 at first. */
class RehearsalDecisionTest {
  private static final Finding VERIFIED = Finding.yes(Reason.VERIFIED, "verified");

  private static final String READY =
      """
      {containerStatuses: [{name: app, restartCount: 0, \
      state: {running: {startedAt: '2026-11-21T08:00:05Z'}}}, \
      {name: side, restartCount: 0, state: {running: {startedAt: '2026-11-21T08:00:05Z'}}}], \
      conditions: [{type: Ready, status: 'True', lastTransitionTime: '2026-11-21T08:00:10Z'}]}""";

  private static final String STARTING =
      "{containerStatuses: [{name: app, restartCount: 0,"
          + " state: {waiting: {reason: ContainerCreating}}}]}";

  private static final String CRASHING =
      """
      {containerStatuses: [{name: %s, restartCount: 3, \
      state: {waiting: {reason: CrashLoopBackOff}}, \
      lastState: {terminated: {exitCode: 3, finishedAt: '2026-11-21T08:01:40Z'}}}]}""";

  /** What is known, word by word. */
  private record Case(
      PodView pod,
      boolean expired,
      List<PodView> neighbours,
      Finding agent,
      boolean asked,
      Optional<Finding> judgement,
      boolean pipeline,
      String now) {
    static Case of(String status) {
      return new Case(
          TestPods.injected("try", status),
          false,
          List.of(),
          VERIFIED,
          true,
          Optional.empty(),
          true,
          "08:02:00");
    }

    Case at(String time) {
      return new Case(pod, expired, neighbours, agent, asked, judgement, pipeline, time);
    }

    Case saying(Finding finding) {
      return new Case(pod, expired, neighbours, agent, asked, Optional.of(finding), pipeline, now);
    }

    Case agent(Finding finding) {
      return new Case(pod, expired, neighbours, finding, asked, judgement, pipeline, now);
    }

    Case notAsked() {
      return new Case(pod, expired, neighbours, agent, false, judgement, pipeline, now);
    }

    Case withoutPipeline() {
      return new Case(pod, expired, neighbours, agent, asked, judgement, false, now);
    }

    Case beside(PodView... others) {
      return new Case(pod, expired, List.of(others), agent, asked, judgement, pipeline, now);
    }

    Case expiredByNow() {
      return new Case(pod, true, neighbours, agent, asked, judgement, pipeline, now);
    }

    RehearsalDecision decide() {
      return RehearsalDecision.of(
          new RehearsalDecision.Facts(
              pod,
              expired,
              neighbours,
              agent,
              asked,
              judgement.map(f -> new Judgement(f, Optional.empty(), Optional.empty())),
              pipeline,
              Duration.ofMinutes(5),
              Instant.parse("2026-11-21T" + now + "Z")));
    }
  }

  @Test
  void itPassesWhenItIsReadyAndProven() {
    Case proven = Case.of(READY).saying(Finding.yes(Reason.TRACED, "a span"));

    assertThat(proven.decide()).isInstanceOf(Passed.class);
    assertThat(proven.agent(Finding.unknown(Reason.AWAITING_PODS, "")).decide())
        .isInstanceOf(Waiting.class);
    assertThat(Case.of(STARTING).decide()).isInstanceOf(Waiting.class);
  }

  @Test
  void whatIsNotAskedPassesWhenItIsReadyWithTheAgent() {
    assertThat(Case.of(READY).notAsked().decide())
        .isInstanceOfSatisfying(
            Passed.class, p -> assertThat(p.message()).contains("not asked for a span"));
    assertThat(Case.of(STARTING).notAsked().decide()).isInstanceOf(Waiting.class);
  }

  @Test
  void aRequestThatGetsNoAnswerTellsAgainstNobody() {
    assertThat(
            Case.of(READY)
                .saying(Finding.unknown(Reason.AWAITING_TRAFFIC, "the request got no answer"))
                .decide())
        .isInstanceOfSatisfying(
            Passed.class, p -> assertThat(p.message()).contains("the request got no answer"));
  }

  @Test
  void anApplicationThatDiesWithTheAgentFails() {
    assertFailed(Case.of(CRASHING.formatted("app")), Verdict.Kind.OURS, Reason.CRASH_LOOP);
    assertFailed(Case.of(CRASHING.formatted("side")), Verdict.Kind.UNCLEAR, Reason.CRASH_LOOP);
  }

  @Test
  void whatFailsBesideItAsWellIsNotDecidedBeforeItsTime() {
    Case both =
        Case.of(CRASHING.formatted("app")).beside(TestPods.plain("old", CRASHING.formatted("app")));

    assertThat(both.decide()).isInstanceOf(Waiting.class);
    assertFailed(both.at("08:10:00"), Verdict.Kind.UNCLEAR, Reason.CRASH_LOOP);
  }

  @Test
  void anAgentThatIsNotInFails() {
    assertFailed(
        Case.of(READY).agent(Finding.no(Reason.FELL_BACK_TO_NOOP, "no space")),
        Verdict.Kind.OURS,
        Reason.FELL_BACK_TO_NOOP);
  }

  @Test
  void anImageThatCannotMakeSpansFailsWithoutBeingCounted() {
    assertFailed(
        Case.of(READY).agent(Finding.no(Reason.NO_INSTRUMENTATION_IN_IMAGE, "no packages")),
        Verdict.Kind.UNCLEAR,
        Reason.NO_INSTRUMENTATION_IN_IMAGE);
  }

  @ParameterizedTest
  @CsvSource({
    "AgentNotStarted, OURS",
    "NotInStore, OURS",
    "NoInstrumentedLibrary, UNCLEAR",
  })
  void whatAnswersWithoutASpanFailsWhenItsTimeIsOver(String reason, Verdict.Kind kind) {
    Case silent = Case.of(READY).saying(Finding.no(Reason.ofApiName(reason), "no span"));

    assertThat(silent.at("08:05:09").decide()).isInstanceOf(Waiting.class);
    assertFailed(silent.at("08:05:10"), kind, Reason.ofApiName(reason));
    assertThat(silent.withoutPipeline().at("08:30:00").decide())
        .as("nothing can be proven while the pipeline is down")
        .isInstanceOf(Waiting.class);
  }

  @Test
  void whatNoWitnessSpeaksAboutFailsWithoutBeingCounted() {
    Case unknown = Case.of(READY).saying(Finding.unknown(Reason.STORE_UNREACHABLE, "no answer"));

    assertThat(unknown.at("08:09:59").decide()).isInstanceOf(Waiting.class);
    assertFailed(unknown.at("08:10:00"), Verdict.Kind.UNCLEAR, Reason.STORE_UNREACHABLE);
  }

  @Test
  void whatSomebodyDeletesOrEndsFailsWithoutBeingCounted() {
    assertFailed(Case.of("{phase: Succeeded}"), Verdict.Kind.UNCLEAR, Reason.AWAITING_PODS);
  }

  @Test
  void whatWasOverBeforeAnybodyLookedIsTriedOnceMore() {
    assertThat(
            Case.of("{phase: Failed, reason: DeadlineExceeded}")
                .expiredByNow()
                .at("08:12:00")
                .decide())
        .isInstanceOf(Missed.class);
  }

  @Test
  void theLogOfAnInjectedContainerIsEvidence() {
    Failed failed =
        (Failed) Case.of(READY).agent(Finding.no(Reason.DIGEST_MISMATCH, "other")).decide();

    assertThat(failed.verdict().culprit())
        .hasValueSatisfying(
            c -> {
              assertThat(c.pod()).isEqualTo("try");
              assertThat(c.container()).contains("app");
            });
  }

  private static void assertFailed(Case given, Verdict.Kind kind, Reason reason) {
    assertThat(given.decide())
        .isInstanceOfSatisfying(
            Failed.class,
            f -> {
              assertThat(f.verdict().kind()).isEqualTo(kind);
              assertThat(f.verdict().reason()).isEqualTo(reason);
            });
  }
}
