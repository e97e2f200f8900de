package io.tracingstack.operator.journey;

import static io.tracingstack.operator.testing.TestPods.healthy;
import static io.tracingstack.operator.testing.TestPods.reporting;
import static io.tracingstack.operator.testing.TestPods.starting;
import static io.tracingstack.operator.testing.TestPods.withoutReport;
import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.AgentReport;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.testing.TestStacks;
import io.tracingstack.operator.verification.InitReport;
import io.tracingstack.operator.verification.PodView;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AgentVerificationTest {
  private static final Optional<String> EXPECTED = Optional.of(TestStacks.AGENT_SHA256);
  private static final Optional<String> ANY = Optional.empty();

  @Test
  void everyPodMustHaveReportedTheExpectedDigest() {
    Finding finding = finding(EXPECTED, healthy("a"), healthy("b"));

    assertThat(finding.reason()).isEqualTo(Reason.VERIFIED);
    assertThat(finding.holds()).isTrue();
    assertThat(finding.message()).isEqualTo("agent 2.33.1 with digest e43a270df53c in 2 pods");
  }

  @Test
  void podsThatHaveNotReportedAreWaitedFor() {
    Finding finding = finding(EXPECTED, healthy("a"), starting("b"));

    assertThat(finding.reason()).isEqualTo(Reason.AWAITING_PODS);
    assertThat(finding.status()).isNull();
    assertThat(finding.message()).isEqualTo("1 of 2 pods have reported");
  }

  @Test
  void withoutPodsNothingIsKnown() {
    assertThat(finding(EXPECTED).reason()).isEqualTo(Reason.AWAITING_PODS);
    assertThat(AgentVerification.summary(List.of())).isEmpty();
  }

  @Test
  void anInitContainerThatEndsWithoutAReportIsNotOneOfOurs() {
    assertThat(finding(EXPECTED, healthy("a"), withoutReport("b")))
        .isEqualTo(Finding.no(Reason.NO_REPORT, "pod b: the init container wrote no report"));
  }

  @Test
  void anotherDigestThanTheExpectedIsAMismatchEvenIfTheImageIsContent() {
    Finding finding = AgentVerification.finding(List.of(healthy("a")), Optional.of("0".repeat(64)));

    assertThat(finding.reason()).isEqualTo(Reason.DIGEST_MISMATCH);
    assertThat(finding.status()).isFalse();
  }

  @Test
  void whatTheImageRecordsCountsWhereNoDigestIsExpected() {
    assertThat(finding(ANY, healthy("a")).holds()).isTrue();
  }

  @Test
  void theInitContainersOwnMismatchIsOne() {
    assertThat(finding(EXPECTED, reporting("a", failed("DigestMismatch"))).reason())
        .isEqualTo(Reason.DIGEST_MISMATCH);
  }

  @Test
  void anyOtherFailureFellBackAndSaysWhy() {
    Finding finding = finding(EXPECTED, healthy("a"), reporting("b", failed("NoSpace")));

    assertThat(finding.reason()).isEqualTo(Reason.FELL_BACK_TO_NOOP);
    assertThat(finding.message()).isEqualTo("pod b: it failed (NoSpace)");
  }

  @Test
  void theSummaryCountsVerifiedReportsOfThoseThatCame() {
    assertThat(
            AgentVerification.summary(
                List.of(healthy("a"), reporting("b", failed("NoSpace")), starting("c"))))
        .contains(new AgentReport("2.33.1", TestStacks.AGENT_SHA256, "1/2"));
  }

  @Test
  void theSummaryNamesThePlaceholderInPlaceOfAVersion() {
    assertThat(AgentVerification.summary(List.of(reporting("a", failed("NoSpace")))))
        .map(AgentReport::version)
        .contains("noop");
  }

  private static Finding finding(Optional<String> expected, PodView... pods) {
    return AgentVerification.finding(List.of(pods), expected);
  }

  private static InitReport failed(String reason) {
    return new InitReport(
        "2.33.1", "1".repeat(64), TestStacks.AGENT_SHA256, false, "noop", reason, "it failed");
  }
}
