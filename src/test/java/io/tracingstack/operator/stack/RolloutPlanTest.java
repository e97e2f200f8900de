package io.tracingstack.operator.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tracingstack.operator.api.v1alpha1.RolloutSpec;
import io.tracingstack.operator.testing.TestStacks;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RolloutPlanTest {
  @ParameterizedTest
  @ValueSource(strings = {"{}", "{rollout: {}}", "{rollout: {windows: []}}"})
  void whatIsLeftOutGetsItsDefault(String spec) {
    assertThat(TestStacks.plan(spec).rollout())
        .isEqualTo(
            new RolloutPlan(
                RolloutSpec.Mode.APPLY,
                1,
                Duration.ofMinutes(1),
                5,
                Duration.ofMinutes(5),
                RolloutSpec.OnFailure.ROLLBACK,
                3,
                false,
                List.of(),
                RolloutSpec.Restart.IMMEDIATE,
                RolloutSpec.Proof.READINESS_REQUEST,
                Duration.ofMinutes(30),
                RolloutSpec.Rehearsal.NEVER));
  }

  @Test
  void whatIsGivenIsTaken() {
    assertThat(
            rollout(
                """
                mode: Plan
                canary: 0
                soak: 0s
                maxConcurrent: 20
                verifyTimeout: 1h30m
                onFailure: Pause
                failureBudget: 0
                paused: true
                windows:
                  - {schedule: 0 22 * * 1-5, duration: 4h, timeZone: Europe/Berlin}
                  - {schedule: 30 6 * * SUN, duration: 90m}
                restart: OnNextChange
                proof: Passive
                silentAfter: 45s
                rehearsal: Always
                """))
        .isEqualTo(
            new RolloutPlan(
                RolloutSpec.Mode.PLAN,
                0,
                Duration.ZERO,
                20,
                Duration.ofMinutes(90),
                RolloutSpec.OnFailure.PAUSE,
                0,
                true,
                List.of(
                    new RestartWindow(
                        "0 22 * * 1-5", Duration.ofHours(4), ZoneId.of("Europe/Berlin")),
                    new RestartWindow("30 6 * * SUN", Duration.ofMinutes(90), ZoneOffset.UTC)),
                RolloutSpec.Restart.ON_NEXT_CHANGE,
                RolloutSpec.Proof.PASSIVE,
                Duration.ofSeconds(45),
                RolloutSpec.Rehearsal.ALWAYS));
  }

  @ParameterizedTest
  @CsvSource({"90s, 90", "1m30s, 90", "30s1m, 90", "1h1h, 7200", "0h5s, 5", "8760h, 31536000"})
  void aDurationIsTheSumOfItsParts(String text, long seconds) {
    assertThat(rollout("verifyTimeout: " + text).verifyTimeout())
        .isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " | ",
      quoteCharacter = '"',
      textBlock =
          """
          verifyTimeout: 0s                                        | verifyTimeout: 0s is less than 1s
          silentAfter: 0h0m                                        | silentAfter: 0h0m is less than 1s
          soak: 8761h                                              | soak: 8761h is more than 8760h
          soak: 99999999999999999999h                              | soak: 99999999999999999999h is more
          soak: 9223372036854775807h                               | soak: 9223372036854775807h is more
          soak: tomorrow                                           | soak: 'tomorrow' is not a duration
          soak: '1.5h'                                             | soak: '1.5h' is not a duration
          windows: [{schedule: 0 22 * * *, duration: 0s}]          | windows[0].duration: 0s is less than 1s
          windows: [{schedule: 0 22 * *, duration: 1h}]            | windows[0].schedule: '0 22 * *'
          windows: [{schedule: 0 0 22 * * *, duration: 1h}]        | windows[0].schedule: '0 0 22 * * *'
          windows: [{schedule: 0 25 * * *, duration: 1h}]          | windows[0].schedule: '0 25 * * *'
          windows: [{schedule: 0 22 * * MAN, duration: 1h}]        | windows[0].schedule: '0 22 * * MAN'
          windows: [{schedule: '', duration: 1h}]                  | windows[0].schedule: '' is not five
          windows: [{schedule: '     ', duration: 1h}]             | windows[0].schedule: '     '
          windows: [{schedule: '@daily', duration: 1h}]            | windows[0].schedule: '@daily' is not
          windows: [{schedule: '0 1|2 * * *', duration: 1h}]       | windows[0].schedule: '0 1|2 * * *' is not
          windows: [{schedule: 0 22 30 2 *, duration: 1h}]         | windows[0].schedule: '0 22 30 2 *' never comes
          windows: [{schedule: 0 1 * * *, duration: 1h}, {schedule: soon, duration: 1h}]          | windows[1].schedule: 'soon'
          windows: [{schedule: 0 1 * * *, duration: 1h, timeZone: Europe/Bonn}]                   | windows[0].timeZone: 'Europe/Bonn' is not
          windows: [{schedule: 0 1 * * *, duration: 1h, timeZone: local time}]                    | windows[0].timeZone: 'local time' is not
          """)
  void whatCannotBeUsedIsRefusedNamingItsField(String section, String message) {
    assertThatThrownBy(() -> rollout(section))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageStartingWith("spec.rollout." + message);
  }

  @Test
  void withoutWindowsPodsMayAlwaysRestart() {
    Instant now = Instant.parse("2026-03-01T12:00:00Z");

    assertThat(rollout("{}").open(now)).isTrue();
    assertThat(rollout("{}").nextOpening(now)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-02T00:59:59Z, false, 2026-03-02T01:00:00Z",
    "2026-03-02T01:00:00Z, true,  2026-03-02T13:00:00Z",
    "2026-03-02T12:00:00Z, false, 2026-03-02T13:00:00Z",
    "2026-03-02T13:30:00Z, true,  2026-03-03T01:00:00Z"
  })
  void ofSeveralWindowsAnyWillDo(Instant now, boolean open, Instant nextOpening) {
    RolloutPlan plan =
        rollout(
            "windows: [{schedule: 0 13 * * *, duration: 1h}, {schedule: 0 1 * * *, duration: 1h}]");

    assertThat(plan.open(now)).isEqualTo(open);
    assertThat(plan.nextOpening(now)).contains(nextOpening);
  }

  private static RolloutPlan rollout(String section) {
    String indented = section.strip().replace("\n", "\n  ");
    return TestStacks.plan("rollout:\n  " + indented).rollout();
  }
}
