package io.tracingstack.operator.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.LlamaStackStatus;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.testing.TestPods;
import io.tracingstack.operator.testing.TestStacks;
import io.tracingstack.operator.verification.FoundTrace;
import io.tracingstack.operator.verification.PodView;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepairVerificationTest {
  private static final String APPLIED =
      """
      {"version":"0.3.5","before":{"sha256":"%s","checks":{"tasks":false}},
      "after":{"sha256":"%s","checks":{"tasks":true}},"applied":true,"reason":"Applied"}
      """
          .formatted("b".repeat(64), "a".repeat(64));

  private static final String MARK = "a".repeat(12);

  private static final PodView REPAIRED = TestPods.repaired("a", APPLIED);

  @Test
  void aRepairIsVerifiedWhenAllPodsHaveIt() {
    Finding finding = RepairVerification.finding(List.of(REPAIRED, REPAIRED));
    assertThat(finding.reason()).isEqualTo(Reason.REPAIR_APPLIED);
    assertThat(finding.holds()).isTrue();
    assertThat(finding.message()).contains("llama-stack 0.3.5", "2 pods");
  }

  /** Reason of a report, and what is said. */
  @ParameterizedTest
  @CsvSource({
    "AlreadyFixed, REPAIR_NOT_NEEDED, true",
    "StarterInstalled, PATCH_NOT_APPLICABLE, true",
    "PackageMissing, REPAIR_NOT_APPLIED, true",
    "AnchorsNotFound, REPAIR_NOT_APPLIED, true",
    "VersionTooOld, REPAIR_NOT_APPLIED, true",
    "PatchDisabled, REPAIR_NOT_APPLIED, true",
    "NoInstrumentation, NO_INSTRUMENTATION_IN_IMAGE, false"
  })
  void onlyAnImageWithoutAnyTracingIsAFailure(String reported, Reason reason, boolean holds) {
    Finding finding = RepairVerification.finding(List.of(REPAIRED, reporting(reported)));
    assertThat(finding.reason()).isEqualTo(reason);
    assertThat(finding.holds()).isEqualTo(holds);
    assertThat(finding.message()).startsWith("pod b: ");
  }

  @Test
  void anInitContainerThatSaysNothingLeavesTheServerAsItIs() {
    Finding finding = RepairVerification.finding(List.of(TestPods.withoutReport("b")));
    assertThat(finding.reason()).isEqualTo(Reason.REPAIR_NOT_APPLIED);
    assertThat(finding.holds()).isTrue();
  }

  @Test
  void podsThatHaveNotReportedAreWaitedFor() {
    assertThat(RepairVerification.finding(List.of(REPAIRED, TestPods.starting("b"))).reason())
        .isEqualTo(Reason.AWAITING_PODS);
  }

  @Test
  void theReportTellsAVersionThatNothingElseDoes() {
    LlamaStackStatus status = findings("x/llama-stack:latest").status(List.of(REPAIRED));
    assertThat(status.version() + " by " + status.versionSource()).isEqualTo("0.3.5 by Image");
    assertThat(status.action()).isEqualTo("Patch");
    assertThat(status.propagation()).isEqualTo("Joins");
    assertThat(status.content()).isEqualTo("Redacted");
    assertThat(status.patch().running()).isEqualTo("Unknown");
    assertThat(status.patch().checks()).containsEntry("tasks", "failed -> passed");
  }

  @Test
  void aRepairThatOnePodLacksIsNotClaimed() {
    LlamaStackStatus status =
        findings("x:0.3.5").status(List.of(REPAIRED, reporting("AnchorsNotFound")));
    assertThat(status.patch().applied()).isFalse();
    assertThat(status.patch().reason()).isEqualTo("AnchorsNotFound");
  }

  @Test
  void whatTheSpansSaidStandsForTheSameRepairOnly() {
    LlamaStackStatus status = findings("x:0.3.5").status(List.of(REPAIRED));
    LlamaStackStatus confirmed =
        LlamaStackFindings.confirmed(
            status, MARK, traces(span(MARK, "17"), span(MARK, "18"), span("", "")));
    assertThat(confirmed.patch().running()).isEqualTo("Confirmed");
    assertThat(confirmed.patch().workers()).isEqualTo(2);
    assertThat(LlamaStackFindings.stillConfirmed(status, confirmed)).isEqualTo(confirmed);
    LlamaStackStatus other =
        findings("x:0.3.5")
            .status(
                List.of(TestPods.repaired("a", APPLIED.replace("a".repeat(64), "c".repeat(64)))));
    assertThat(LlamaStackFindings.stillConfirmed(other, confirmed)).isEqualTo(other);
    assertThat(LlamaStackFindings.confirmed(status, MARK, traces(span("other", "17"))))
        .isEqualTo(status);
  }

  @Test
  void aProcessThatRunsTheShippedCodeContradicts() {
    LlamaStackStatus status = findings("x:0.3.5").status(List.of(REPAIRED));
    LlamaStackStatus contradicted =
        LlamaStackFindings.confirmed(
            status, MARK, traces(span(MARK, "17"), span(FoundTrace.UNREPAIRED, "")));
    assertThat(contradicted.patch().running()).isEqualTo("Contradicted");
    assertThat(LlamaStackFindings.stillConfirmed(status, contradicted)).isEqualTo(contradicted);
  }

  @Test
  void whatAProcessShowedStandsBesideWhatOthersShowLater() {
    LlamaStackStatus status = findings("x:0.3.5").status(List.of(REPAIRED));
    List<FoundTrace> one = traces(span(MARK, "17"));
    List<FoundTrace> two = List.of(one.get(0), traces(span(MARK, "18")).get(0));
    LlamaStackStatus both = LlamaStackFindings.confirmed(status, MARK, two);
    assertThat(both.patch().workers()).isEqualTo(2);
    assertThat(LlamaStackFindings.confirmed(both, MARK, one)).isEqualTo(both);

    LlamaStackStatus contradicted =
        LlamaStackFindings.confirmed(both, MARK, traces(span(FoundTrace.UNREPAIRED, "")));
    assertThat(contradicted.patch().running()).isEqualTo("Contradicted");
    assertThat(LlamaStackFindings.confirmed(contradicted, MARK, two)).isEqualTo(contradicted);
  }

  private static List<FoundTrace> traces(FoundTrace.Span... spans) {
    return List.of(new FoundTrace("f00d", List.of(spans)));
  }

  private static FoundTrace.Span span(String mark, String process) {
    return new FoundTrace.Span("assistant", "/v1/responses", "rev1", "a", mark, process);
  }

  private static PodView reporting(String reason) {
    return TestPods.repaired(
        "b", "{\"applied\":false,\"reason\":\"" + reason + "\",\"message\":\"so it is\"}");
  }

  private static LlamaStackFindings findings(String image) {
    return new LlamaStackFindings(
        Optional.empty(), image, TestStacks.instrumentation().llamaStack(), List.of());
  }
}
