package io.tracingstack.operator.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.testing.TestPods;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JudgementTest {
  private static final String REVISION = "0f1e2d3c4b5a6978";
  private static final Duration EARLY = Judgement.PATIENCE.minusMillis(1);

  @Test
  void theProofRequestFoundByItsIdProves() {
    Judgement judgement =
        judge(late().foundById(new FoundTrace("abc", List.of(span(), span()))).counted(3));

    assertThat(judgement.finding().holds()).isTrue();
    assertThat(judgement.finding().message()).contains("2 spans");
    assertThat(judgement.witness()).contains("ProofRequest");
    assertThat(judgement.traceId()).contains("abc");
  }

  @Test
  void aTraceFoundBySearchProves() {
    Judgement judgement = judge(late().foundBySearch("def").counted(1));

    assertThat(judgement.witness()).contains("StoreSearch");
    assertThat(judgement.traceId()).contains("def");
    assertThat(judgement.finding().message()).contains(REVISION);
  }

  @Test
  void theCollectorsCountProvesOnlyWhereTheBackendCannotBeRead() {
    Judgement unreadable = judge(late().unreadable().counted(20));

    assertThat(unreadable.finding().holds()).isTrue();
    assertThat(unreadable.finding().message()).contains("20 spans").contains("cannot be read");
    assertThat(unreadable.witness()).contains("CollectorCount");
    assertThat(unreadable.traceId()).isEmpty();
    assertThat(judge(late().unreadable().counted(0)).finding().holds()).isFalse();
  }

  @Test
  void proofNeedsNoPatience() {
    assertThat(judge(new Case(Duration.ZERO).foundBySearch("def")).finding().holds()).isTrue();
  }

  @Test
  void silenceMeansNothingBeforeTheFirstExport() {
    assertUnproven(new Case(EARLY).counted(0).answered(), null, Reason.AWAITING_PROOF);
    assertUnproven(new Case(EARLY), null, Reason.AWAITING_PROOF);
  }

  @Test
  void anAgentThatGaveUpIsToldAtOnce() {
    assertUnproven(
        new Case(EARLY).log(AgentLog.FAILED_TO_START), false, Reason.AGENT_DISABLED_ITSELF);
  }

  @Test
  void aSilentCollectorProvesNeitherWay() {
    assertUnproven(late().answered(), null, Reason.COLLECTOR_UNREACHABLE);
  }

  @Test
  void aSilentStoreProvesNeitherWayAndSaysWhy() {
    Judgement judgement = judge(late().counted(4).storeSilent("connection refused"));

    assertThat(judgement.finding().reason()).isEqualTo(Reason.STORE_UNREACHABLE);
    assertThat(judgement.finding().status()).isNull();
    assertThat(judgement.finding().message()).isEqualTo("connection refused");
  }

  @Test
  void whatWasCountedAndNotStoredIsLostBehindTheCollector() {
    assertUnproven(late().counted(4).answered(), false, Reason.NOT_IN_STORE);
  }

  @Test
  void aRequestThatWasJustAnsweredIsGivenItsTime() {
    assertUnproven(
        late().counted(0).justAnswered().log(AgentLog.STARTED), null, Reason.AWAITING_PROOF);
    assertUnproven(
        late().counted(0).justAnswered().log(AgentLog.SILENT), null, Reason.AWAITING_PROOF);
    assertUnproven(late().counted(4).justAnswered(), null, Reason.AWAITING_PROOF);
    assertUnproven(late().justAnswered(), null, Reason.COLLECTOR_UNREACHABLE);
  }

  @Test
  void anAgentThatCannotExportIsNotBlamedOnTraffic() {
    assertUnproven(
        late().counted(0).log(AgentLog.EXPORT_FAILED), false, Reason.COLLECTOR_UNREACHABLE);
  }

  @Test
  void withoutTrafficThereIsNothingToTrace() {
    Judgement noProbe = judge(late().counted(0).log(AgentLog.STARTED));
    Judgement noAnswer = judge(late().counted(0).unanswered("timed out"));

    assertThat(noProbe.finding().reason()).isEqualTo(Reason.AWAITING_TRAFFIC);
    assertThat(noProbe.finding().status()).isNull();
    assertThat(noProbe.finding().message()).contains("no HTTP readiness probe");
    assertThat(noAnswer.finding().reason()).isEqualTo(Reason.AWAITING_TRAFFIC);
    assertThat(noAnswer.finding().message()).contains("timed out");
  }

  @Test
  void trafficWithoutSpansIsExplainedByTheLog() {
    assertUnproven(
        late().counted(0).answered().log(AgentLog.STARTED), false, Reason.NO_INSTRUMENTED_LIBRARY);
    assertUnproven(
        late().counted(0).answered().log(AgentLog.SILENT), false, Reason.AGENT_NOT_STARTED);
    assertUnproven(late().counted(0).answered(), false, Reason.NOT_ARRIVING);
  }

  @Test
  void aRunHasItsTimeAndIsThenJudgedByWhatItDid() {
    PodView running = TestPods.ofRun("nightly-1", "nightly", null);
    PodView ended = TestPods.ofRun("nightly-1", "nightly", Instant.parse("2026-11-21T08:05:00Z"));

    assertThat(ofRun(late().counted(0), running).reason()).isEqualTo(Reason.AWAITING_PROOF);
    assertThat(ofRun(new Case(EARLY).counted(0), ended).reason()).isEqualTo(Reason.AWAITING_PROOF);
    assertThat(ofRun(late().counted(0), ended).reason()).isEqualTo(Reason.AWAITING_RUN);
    assertThat(ofRun(late().counted(0).log(AgentLog.STARTED), ended))
        .isEqualTo(
            Finding.unknown(Reason.AWAITING_RUN, "no span was seen in the runs of this revision"));
    assertThat(ofRun(late().counted(0).log(AgentLog.SILENT), ended).reason())
        .isEqualTo(Reason.AGENT_NOT_STARTED);
    assertThat(ofRun(late().counted(0).log(AgentLog.EXPORT_FAILED), running).reason())
        .isEqualTo(Reason.COLLECTOR_UNREACHABLE);
    assertThat(ofRun(late().counted(4), running).reason()).isEqualTo(Reason.NOT_IN_STORE);
    assertThat(ofRun(late().foundBySearch("def").counted(1), ended).holds()).isTrue();
  }

  private static Finding ofRun(Case evidence, PodView pod) {
    return Judgement.of(evidence.build(), REVISION, List.of(pod)).finding();
  }

  @ParameterizedTest
  @EnumSource
  void noLogProvesAnything(AgentLog log) {
    assertThat(judge(late().counted(0).answered().log(log)).finding().holds()).isFalse();
  }

  private static void assertUnproven(Case evidence, Boolean status, Reason reason) {
    Judgement judgement = judge(evidence);
    assertThat(judgement.finding().reason()).isEqualTo(reason);
    assertThat(judgement.finding().status()).isEqualTo(status);
    assertThat(judgement.witness()).isEmpty();
    assertThat(judgement.traceId()).isEmpty();
  }

  private static Judgement judge(Case evidence) {
    return Judgement.of(evidence.build(), REVISION);
  }

  private static Case late() {
    return new Case(Judgement.PATIENCE);
  }

  private static FoundTrace.Span span() {
    return new FoundTrace.Span("checkout", "GET /", REVISION, "checkout-1", "", "");
  }

  /** Evidence with everything unsaid but what a case says. */
  private static final class Case {
    private final Duration waited;
    private boolean readable = true;
    private Optional<ProofRequest> request = Optional.empty();
    private Optional<Duration> answered = Optional.empty();
    private Optional<FoundTrace> byId = Optional.empty();
    private Optional<String> bySearch = Optional.empty();
    private OptionalLong counted = OptionalLong.empty();
    private Optional<String> storeSilent = Optional.empty();
    private Optional<AgentLog> log = Optional.empty();

    Case(Duration waited) {
      this.waited = waited;
    }

    Case unreadable() {
      readable = false;
      return this;
    }

    Case answered() {
      request = Optional.of(request(Optional.of(503), Optional.empty()));
      answered = Optional.of(Judgement.PROOF_TIMEOUT);
      return this;
    }

    Case justAnswered() {
      answered();
      answered = Optional.of(Judgement.PROOF_TIMEOUT.minusMillis(1));
      return this;
    }

    Case unanswered(String failure) {
      request = Optional.of(request(Optional.empty(), Optional.of(failure)));
      return this;
    }

    Case foundById(FoundTrace trace) {
      byId = Optional.of(trace);
      return this;
    }

    Case foundBySearch(String traceId) {
      bySearch = Optional.of(traceId);
      return this;
    }

    Case counted(long spans) {
      counted = OptionalLong.of(spans);
      return this;
    }

    Case storeSilent(String why) {
      storeSilent = Optional.of(why);
      return this;
    }

    Case log(AgentLog read) {
      log = Optional.of(read);
      return this;
    }

    Evidence build() {
      return new Evidence(
          waited, readable, request, answered, byId, bySearch, counted, storeSilent, log);
    }

    private static ProofRequest request(Optional<Integer> status, Optional<String> failure) {
      return new ProofRequest(
          "abc", "checkout-1", "7d9f", Instant.parse("2026-11-21T08:00:00Z"), status, failure);
    }
  }
}
