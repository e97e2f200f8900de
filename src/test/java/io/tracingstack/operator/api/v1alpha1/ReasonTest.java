package io.tracingstack.operator.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReasonTest {
  private static final Path README = Path.of("README.md");

  /** Reasons of conditions that hold; all others tell the reader what to do. */
  private static final Set<Reason> SUCCESSES =
      EnumSet.of(
          Reason.SELECTED,
          Reason.CLEAR,
          Reason.ADMITTED,
          Reason.INJECTED,
          Reason.REMOVED,
          Reason.VERIFIED,
          Reason.NO_AGENT_NEEDED,
          Reason.REPAIR_APPLIED,
          Reason.PATCH_NOT_APPLICABLE,
          Reason.REPAIR_NOT_NEEDED,
          Reason.ROLLED_OUT,
          Reason.TRACED,
          Reason.READY,
          Reason.EXTERNAL,
          Reason.CANARY_FOUND,
          Reason.CANARY_ACCEPTED,
          Reason.ROLLOUT_HEALTHY);

  @ParameterizedTest
  @EnumSource
  void whateverIsNoSuccessHasANextStep(Reason reason) {
    assertThat(reason.nextStep().isEmpty()).isEqualTo(SUCCESSES.contains(reason));
  }

  @ParameterizedTest
  @EnumSource
  void namesAreTheConstantsInCamelCase(Reason reason) {
    assertThat(reason.apiName()).matches("[A-Z][A-Za-z]*");
    assertThat(reason.apiName()).isEqualToIgnoringCase(reason.name().replace("_", ""));
  }

  @Test
  void waitingForOnesTurnIsNoWarning() {
    assertThat(Reason.values())
        .filteredOn(r -> r.group() == Reason.Group.WAITING && !r.warns())
        .containsExactlyInAnyOrder(
            Reason.ROLLOUT_IN_PROGRESS,
            Reason.PLAN_ONLY,
            Reason.WAITING_FOR_CANARY,
            Reason.WAITING_FOR_SLOT,
            Reason.OUTSIDE_WINDOW,
            Reason.PAUSED,
            Reason.AWAITING_NEXT_CHANGE,
            Reason.ROLLOUT_STOPPED,
            Reason.PIPELINE_DOWN,
            Reason.PAUSED_DEPLOYMENT,
            Reason.PARTITIONED,
            Reason.ON_DELETE,
            Reason.REMOVED);
    assertThat(Reason.values())
        .filteredOn(r -> r.group() == Reason.Group.FAILED || r.group() == Reason.Group.REVERTED)
        .allMatch(Reason::warns);
  }

  @Test
  void namesAreUnique() {
    assertThat(Reason.values()).extracting(Reason::apiName).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @EnumSource
  void aNameFindsItsReason(Reason reason) {
    assertThat(Reason.ofApiName(reason.apiName())).isSameAs(reason);
  }

  @Test
  void anUnknownNameIsAnError() {
    assertThatThrownBy(() -> Reason.ofApiName("Whatever"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Whatever");
  }

  @ParameterizedTest
  @EnumSource
  @EnabledIf("readmeExists")
  void readmeExplainsEveryReason(Reason reason) throws IOException {
    assertThat(Files.readString(README)).contains("`" + reason.apiName() + "`");
  }

  static boolean readmeExists() {
    return Files.exists(README);
  }
}
