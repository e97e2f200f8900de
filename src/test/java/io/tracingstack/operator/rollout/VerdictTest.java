package io.tracingstack.operator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.status.Finding;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VerdictTest {
  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"AGENT_NOT_STARTED", "NOT_ARRIVING", "NO_INSTRUMENTED_LIBRARY", "NOT_IN_STORE"})
  void whatWasProvenAndIsSilentHasStoppedSending(Reason silence) {
    Finding found = Verdict.ofProven(Finding.no(silence, "a request was answered"));

    assertThat(found.reason()).isEqualTo(Reason.STOPPED_SENDING);
    assertThat(found.message()).isEqualTo("a request was answered");
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"AWAITING_TRAFFIC", "AWAITING_PROOF", "COLLECTOR_UNREACHABLE", "STORE_UNREACHABLE"})
  void whereNobodyKnowsNothingIsClaimed(Reason unknown) {
    Finding finding = Finding.unknown(unknown, "nobody was asked");

    assertThat(Verdict.ofProven(finding)).isEqualTo(finding);
  }

  @Test
  void nobodyElsesApplicationIsTheWorseForWhatIsUnknownInThisOne() {
    Finding unknownLibrary = Finding.no(Reason.NO_INSTRUMENTED_LIBRARY, "no span was made");
    Finding ignored = Finding.no(Reason.AGENT_NOT_STARTED, "no sign of the agent");

    assertThat(Verdict.untraced(unknownLibrary, "", Optional.empty()).kind())
        .isEqualTo(Verdict.Kind.UNCLEAR);
    assertThat(Verdict.untraced(ignored, "", Optional.empty()).kind()).isEqualTo(Verdict.Kind.OURS);
  }
}
