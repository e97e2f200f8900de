package io.tracingstack.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Reason;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionsTest {
  private static final Instant MORNING = Instant.parse("2026-11-21T08:00:00.123Z");
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00.456Z");

  @Test
  void anUnchangedWorldYieldsAnEqualList() {
    List<Condition> first = progressing().toList(null, 1L, MORNING);

    assertThat(progressing().toList(first, 1L, NOON)).isEqualTo(first);
  }

  @Test
  void theTransitionTimeIsKeptWhileOnlyReasonOrMessageChange() {
    List<Condition> former = progressing().toList(null, 1L, MORNING);

    Condition condition =
        new Conditions()
            .set(ConditionType.ROLLED_OUT, Finding.no(Reason.CRASH_LOOP, "pod a does not run"))
            .toList(former, 2L, NOON)
            .get(0);

    assertThat(condition.getReason()).isEqualTo("CrashLoop");
    assertThat(condition.getObservedGeneration()).isEqualTo(2L);
    assertThat(condition.getLastTransitionTime()).isEqualTo("2026-11-21T08:00:00Z");
  }

  @Test
  void theTransitionTimeIsNewWhenTheStatusChanges() {
    List<Condition> former = progressing().toList(null, 1L, MORNING);

    Condition condition =
        new Conditions()
            .set(ConditionType.ROLLED_OUT, Finding.yes(Reason.ROLLED_OUT, "2 of 2"))
            .toList(former, 1L, NOON)
            .get(0);

    assertThat(condition.getStatus()).isEqualTo("True");
    assertThat(condition.getLastTransitionTime()).isEqualTo("2026-11-21T12:00:00Z");
  }

  @Test
  void unknownIsAStatusOfItsOwn() {
    Conditions conditions =
        new Conditions()
            .set(ConditionType.TRACED, Finding.unknown(Reason.AWAITING_PROOF, "waiting"));

    assertThat(conditions.toList(null, 1L, NOON).get(0).getStatus()).isEqualTo("Unknown");
  }

  @Test
  void conditionsComeInTheOrderOfTheJourneyHoweverTheyWereSet() {
    Conditions conditions =
        new Conditions()
            .set(ConditionType.TRACED, Finding.no(Reason.NOT_ARRIVING, ""))
            .set(ConditionType.SELECTED, Finding.yes(Reason.SELECTED, ""))
            .set(ConditionType.INJECTED, Finding.yes(Reason.INJECTED, ""));

    assertThat(conditions.toList(null, 1L, NOON))
        .extracting(Condition::getType)
        .containsExactly("Selected", "Injected", "Traced");
  }

  @Test
  void theFirstConditionThatDoesNotHoldDecides() {
    Conditions conditions =
        new Conditions()
            .set(ConditionType.SELECTED, Finding.yes(Reason.SELECTED, ""))
            .set(ConditionType.ROLLED_OUT, Finding.unknown(Reason.SCALED_TO_ZERO, ""))
            .set(ConditionType.TRACED, Finding.no(Reason.NOT_ARRIVING, ""));

    assertThat(conditions.firstUnmet(ConditionType.JOURNEY).orElseThrow().getKey())
        .isEqualTo(ConditionType.ROLLED_OUT);
  }

  @Test
  void aMessageCarriesTheNextStepUnlessTheConditionHolds() {
    assertThat(Finding.no(Reason.PROGRESSING, "1 of 2").text())
        .isEqualTo("1 of 2; wait for the rollout");
    assertThat(Finding.yes(Reason.PROGRESSING, "2 of 2").text()).isEqualTo("2 of 2");
  }

  @Test
  void aReasonOfAnotherVersionIsNoReasonOfOurs() {
    List<Condition> conditions =
        List.of(
            new ConditionBuilder().withType("Injected").withReason("FromTheFuture").build(),
            new ConditionBuilder()
                .withType("Traced")
                .withStatus("True")
                .withReason("Traced")
                .build());

    assertThat(Conditions.reasonOf(conditions, ConditionType.INJECTED)).isEmpty();
    assertThat(Conditions.reasonOf(conditions, ConditionType.TRACED)).contains(Reason.TRACED);
    assertThat(Conditions.isTrue(conditions, ConditionType.TRACED)).isTrue();
    assertThat(Conditions.isTrue(conditions, ConditionType.INJECTED)).isFalse();
    assertThat(Conditions.find(null, ConditionType.TRACED)).isEmpty();
  }

  private static Conditions progressing() {
    return new Conditions().set(ConditionType.ROLLED_OUT, Finding.no(Reason.PROGRESSING, "1 of 2"));
  }
}
