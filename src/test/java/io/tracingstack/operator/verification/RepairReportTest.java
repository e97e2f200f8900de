package io.tracingstack.operator.verification;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepairReportTest {
  private static final String REPORT =
      """
      {"version":"0.3.5.1+rhai0","python":"3.12.9","module":"/x/tracing.py","pythonPath":"",
      "before":{"sha256":"%1$s","checks":{"requests":false,"nesting":false,"tasks":false}},
      "after":{"sha256":"%2$s","checks":{"requests":true,"nesting":true,"tasks":%3$s}},
      "applied":true,"reason":"Applied","message":"repaired","later":1}
      """;

  @Test
  void readsWhatTheInitContainerWrites() {
    RepairReport report = RepairReport.parse(applied("true")).orElseThrow();
    assertThat(report.version()).isEqualTo("0.3.5.1+rhai0");
    assertThat(report.before().checks()).containsEntry("nesting", false);
    assertThat(report.mark()).contains("a".repeat(12));
  }

  @Test
  void whatIsNotRepairedHasNoMark() {
    RepairReport report =
        RepairReport.parse(
                "{\"applied\":false,\"reason\":\"NoPython\",\"before\":{\"sha256\":\"\"}}")
            .orElseThrow();
    assertThat(report.mark()).isEmpty();
    assertThat(report.version()).isEmpty();
    assertThat(report.after().checks()).isEmpty();
  }

  @Test
  void aClaimWithoutPassedChecksIsNone() {
    assertThat(RepairReport.parse(applied("false"))).isEmpty();
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "sh: not found",
        "{}",
        "{\"applied\":true,\"reason\":\"Applied\"}",
        "{\"applied\":true,\"reason\":\"Failed\"}"
      })
  void anythingElseIsNoReport(String text) {
    assertThat(RepairReport.parse(text)).isEmpty();
  }

  private static String applied(String tasks) {
    return REPORT.formatted("b".repeat(64), "a".repeat(64), tasks);
  }
}
