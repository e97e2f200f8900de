package io.tracingstack.operator.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.testing.TestStacks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class InitReportTest {
  @Test
  void aReportIsReadAndFieldsOfLaterVersionsAreIgnored() {
    String text =
        """
        {"version":"2.33.1","sha256":"%1$s","expected":"%1$s","verified":true,
         "installed":"agent","reason":"Verified","message":"ok","later":{"a":1}}
        """
            .formatted(TestStacks.AGENT_SHA256);

    assertThat(InitReport.parse(text))
        .contains(
            new InitReport(
                "2.33.1",
                TestStacks.AGENT_SHA256,
                TestStacks.AGENT_SHA256,
                true,
                "agent",
                "Verified",
                "ok"));
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(strings = {" \n", "done", "null", "[]", "{", "\"verified\"", "{\"verified\":\"x\"}"})
  void otherTextIsNoReport(String text) {
    assertThat(InitReport.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"verified\":true}", "{\"verified\":true,\"sha256\":\"e43a\"}"})
  void verifiedWithoutADigestIsNoReport(String text) {
    assertThat(InitReport.parse(text)).isEmpty();
  }
}
