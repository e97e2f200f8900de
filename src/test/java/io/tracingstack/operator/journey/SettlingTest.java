package io.tracingstack.operator.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Settled;
import io.tracingstack.operator.testing.TestPods;
import io.tracingstack.operator.testing.Yaml;
import io.tracingstack.operator.verification.PodView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The pods are ready since 08:00. */
class SettlingTest {
  private static final List<PodView> PODS = List.of(TestPods.healthy("a"), TestPods.healthy("b"));

  @Test
  void whatAllPodsHaveServedWithForLongHasSettled() {
    assertThat(settled("{}", PODS, true, "08:05:00"))
        .isEqualTo(new Settled("r", "t", "2026-11-21T08:05:00Z"));
  }

  @Test
  void untilThenItIsNew() {
    assertThat(settled("{}", PODS, true, "08:04:59")).isNull();
    assertThat(settled("{}", PODS, false, "09:00:00")).isNull();
    assertThat(settled("{}", List.of(), true, "09:00:00")).isNull();
    assertThat(settled("{}", List.of(PODS.get(0), TestPods.starting("b")), true, "09:00:00"))
        .isNull();
  }

  @Test
  void itStaysSoWhateverFailsLaterUntilContentOrTemplateChange() {
    String noted = "{settled: {revision: %s, template: %s, time: '2026-11-21T08:05:00Z'}}";
    assertThat(settled(noted.formatted("r", "t"), List.of(), false, "12:00:00").time())
        .isEqualTo("2026-11-21T08:05:00Z");
    assertThat(settled(noted.formatted("r", "other"), List.of(), false, "12:00:00")).isNull();
    assertThat(settled(noted.formatted("other", "t"), List.of(), false, "12:00:00")).isNull();
  }

  private static Settled settled(
      String before, List<PodView> pods, boolean rolledOut, String time) {
    return Settling.now(
            Yaml.read(before, TracedWorkloadStatus.class),
            "r",
            "t",
            pods,
            rolledOut,
            Duration.ofMinutes(5),
            Instant.parse("2026-11-21T" + time + "Z"))
        .orElse(null);
  }
}
