package io.tracingstack.operator.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Reverted;
import io.tracingstack.operator.testing.Yaml;
import org.junit.jupiter.api.Test;

class RevertsTest {
  private static final String FAILED =
      """
      reverted:
        {revision: new, template: t, release: present, reason: CrashLoop, message: it ended,
         counted: true, recovered: false, time: '2026-03-01T12:00:00Z', evidence: {pod: p}}
      """;

  private static final String HANDLED = FAILED + "handledRetry: noon\n";
  private static final TracedWorkloadStatus REVERTING =
      Yaml.read(FAILED, TracedWorkloadStatus.class);

  @Test
  void onlyANewValueOfTheAnnotationIsARetry() {
    TracedWorkloadStatus retried = Yaml.read(HANDLED, TracedWorkloadStatus.class);

    assertThat(Reverts.standing(retried, "new", "t", "noon")).isPresent();
    assertThat(Reverts.standing(retried, "new", "t", null)).isPresent();
    assertThat(Reverts.standing(retried, "new", "t", "later")).isEmpty();
    assertThat(Reverts.standing(REVERTING, "new", "t", "noon")).isEmpty();
  }

  @Test
  void whatSomethingElseForbidsIsWaitedForNoMoreAndStillNotTriedAgain() {
    Reverted left = Reverts.withdrawn(REVERTING, "t").orElseThrow();

    assertThat(left.recovered()).isTrue();
    assertThat(left)
        .usingRecursiveComparison()
        .ignoringFields("recovered")
        .isEqualTo(REVERTING.reverted());
  }

  @Test
  void inAnotherTemplateNothingIsLeftOfAFailure() {
    assertThat(Reverts.withdrawn(REVERTING, "other")).isEmpty();
    assertThat(Reverts.withdrawn(TracedWorkloadStatus.empty(), "t")).isEmpty();
  }

  @Test
  void aReturnThatFailsIsTheSameFailureAndTakesItsTimeAnew() {
    Reverted former =
        Yaml.read(
            """
            {revision: old, template: t, release: former, reason: ImagePull, message: not found,
             counted: true, recovered: false, time: '2026-03-01T12:05:00Z'}
            """,
            Reverted.class);

    Reverted both = Reverts.andOf(REVERTING.reverted(), former);

    assertThat(both.message())
        .isEqualTo(
            "it ended; the agent that was proven before failed as well: ImagePull: not found");
    assertThat(both.time()).isEqualTo(former.time());
    assertThat(both)
        .usingRecursiveComparison()
        .ignoringFields("message", "time")
        .isEqualTo(REVERTING.reverted());
  }
}
