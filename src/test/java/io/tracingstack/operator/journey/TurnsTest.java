package io.tracingstack.operator.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec.Restart;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.Turn;
import io.tracingstack.operator.journey.Turns.Wish;
import io.tracingstack.operator.testing.Yaml;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private static final Turn FIRST = new Turn(1, "content", "template", "release", null, null);
  private static final Turn RIDING = new Turn(1, "content", "template", "release", null, true);
  private static final Wish NEXT_CHANGE = new Wish.NextChange(Optional.empty());
  private static final RolloutView SETTLED = rollout(true, 3, 3, 3, 3);

  @Test
  void whatMayRestartAsksForItsTurnAndTakesTheOneItWasGranted() {
    assertThat(wish(null, Restart.IMMEDIATE, SETTLED)).isEqualTo(new Wish.Asking(FIRST));
    assertThat(wish(FIRST, Restart.IMMEDIATE, SETTLED)).isEqualTo(new Wish.Granted(FIRST));
  }

  @Test
  void aTurnForAnotherTemplateIsNotTaken() {
    Turn other = new Turn(1, "content", "other", "release", null, null);
    assertThat(wish(other, Restart.IMMEDIATE, SETTLED)).isEqualTo(new Wish.Asking(FIRST));
  }

  @Test
  void thePatientWaitUntilTheirOwnPodsAreReplaced() {
    RolloutView replacing = rollout(true, 3, 1, 3, 4);
    assertThat(wish(null, Restart.ON_NEXT_CHANGE, SETTLED)).isEqualTo(NEXT_CHANGE);
    assertThat(wish(null, Restart.ON_NEXT_CHANGE, replacing)).isEqualTo(new Wish.Asking(RIDING));
  }

  @Test
  void thePatientUseATurnOnlyWhileTheirOwnPodsAreReplaced() {
    RolloutView replacing = rollout(true, 3, 1, 3, 4);
    assertThat(wish(RIDING, Restart.ON_NEXT_CHANGE, replacing)).isEqualTo(new Wish.Granted(RIDING));
    assertThat(wish(RIDING, Restart.ON_NEXT_CHANGE, SETTLED))
        .isEqualTo(new Wish.NextChange(Optional.of(FIRST)));
    assertThat(wish(FIRST, Restart.ON_NEXT_CHANGE, SETTLED))
        .isEqualTo(new Wish.NextChange(Optional.of(FIRST)));
  }

  @Test
  void whoseTurnIsForgoneAsksForAnotherOne() {
    assertThat(Turns.again(FIRST)).isEqualTo(new Wish.Asking(FIRST.numbered(2)));
  }

  @Test
  void aFailedPodAScaledWorkloadAndAnAnnotationAreNoChangeToRide() {
    RolloutView failed = rollout(true, 3, 3, 2, 3);
    RolloutView scaled = rollout(true, 5, 3, 3, 3);
    RolloutView annotated = rollout(false, 3, 3, 3, 3);
    for (RolloutView view : new RolloutView[] {failed, scaled, annotated}) {
      assertThat(wish(null, Restart.ON_NEXT_CHANGE, view)).isEqualTo(NEXT_CHANGE);
    }
  }

  @Test
  void nobodyIsPatientWhereNoPodRestarts() {
    RolloutView none = rollout(true, 0, 0, 0, 0);
    RolloutView byRuns =
        new RolloutView(
            true, 0, 0, 0, 0, false, false, 0, Optional.empty(), Optional.empty(), true);
    assertThat(wish(null, Restart.ON_NEXT_CHANGE, none)).isEqualTo(new Wish.Asking(FIRST));
    assertThat(wish(null, Restart.ON_NEXT_CHANGE, byRuns)).isEqualTo(new Wish.Asking(FIRST));
  }

  @Test
  void theWorkloadsAnnotationGoesBeforeTheStacksPolicy() {
    assertThat(wish(null, Restart.ON_NEXT_CHANGE, SETTLED, Map.of(Labels.RESTART, "Immediate")))
        .isEqualTo(new Wish.Asking(FIRST));
    assertThat(wish(null, Restart.IMMEDIATE, SETTLED, Map.of(Labels.RESTART, "OnNextChange")))
        .isEqualTo(NEXT_CHANGE);
  }

  @Test
  void whatIsInKeepsItsTurnWhenAnotherOneWasNotUsed() {
    Turn unused = new Turn(3, "next", "template", "new release", null, null);

    assertThat(Turns.after(unused, FIRST))
        .isEqualTo(new Turn(3, "content", "template", "release", null, null));
    assertThat(Turns.after(unused, null)).isEqualTo(unused);
  }

  @Test
  void contentThatCameBackInANewTurnHasUsedThatOne() {
    Turn again = FIRST.numbered(2);
    TracedWorkloadStatus before =
        Yaml.read(
            "taken: {number: 1, revision: content, template: template, release: release}",
            TracedWorkloadStatus.class);

    assertThat(Turns.takenWith(before, again, "content", "template", "release")).isEqualTo(again);
    assertThat(Turns.takenWith(before, null, "content", "template", "release")).isEqualTo(FIRST);
    assertThat(Turns.takenWith(before, again, "former", "template", "release"))
        .isEqualTo(new Turn(2, "former", "template", "release", null, null));
  }

  private static Wish wish(Turn admitted, Restart restart, RolloutView rollout) {
    return wish(admitted, restart, rollout, Map.of());
  }

  private static Wish wish(
      Turn admitted, Restart restart, RolloutView rollout, Map<String, String> annotations) {
    return Turns.wish(
        TracedWorkloadStatus.empty(),
        admitted,
        "content",
        "template",
        "release",
        annotations,
        restart,
        rollout);
  }

  private static RolloutView rollout(
      boolean observed, int desired, int updated, int available, int total) {
    return new RolloutView(observed, desired, updated, available, total, false, false);
  }
}
