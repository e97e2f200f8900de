package io.tracingstack.operator.journey;

import static io.tracingstack.operator.testing.TestPods.injected;
import static io.tracingstack.operator.testing.TestPods.plain;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.testing.Yaml;
import io.tracingstack.operator.verification.PodView;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartTimeTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "no probe         | {}                                                | 16 |",
        "defaults, just   | {livenessProbe: {}}                               | 16 |",
        "defaults         | {livenessProbe: {}}                               | 17 | liveness 20 17 4",
        "with a delay     | {livenessProbe: {initialDelaySeconds: 30}}        | 17 |",
        "own figures      | {livenessProbe: {initialDelaySeconds: 1, periodSeconds: 2,"
            + " failureThreshold: 5}} | 6 | liveness 9 6 4",
        "startup counts   | {livenessProbe: {failureThreshold: 1}, startupProbe: {failureThreshold:"
            + " 30}} | 17 |",
        "startup, tight   | {startupProbe: {periodSeconds: 1}}                | 2 | startup 2 2 4",
        "half a CPU       | {livenessProbe: {}, resources: {limits: {cpu: 500m}}} | 12 |",
        "half a CPU, slow | {livenessProbe: {}, resources: {limits: {cpu: 500m}}} | 13"
            + " | liveness 20 13 8",
        "two CPUs         | {livenessProbe: {}, resources: {limits: {cpu: 2}}} | 17"
            + " | liveness 20 17 4"
      })
  void theProbeMustLeaveTimeForTheStartAndTheAgent(
      String name, String container, int seconds, String expected) {
    Optional<Refusal> refusal =
        StartTime.check(container(container), List.of(startedIn("checkout-1", seconds)));

    assertThat(refusal.map(Refusal::message))
        .isEqualTo(Optional.ofNullable(expected).map(e -> message(container, e.split(" "))));
  }

  @Test
  void anUnknownStartLeavesTheAgentsOwn() {
    assertThat(StartTime.check(container("{livenessProbe: {}}"), List.of())).isEmpty();
    assertThat(
            StartTime.check(
                container("{livenessProbe: {periodSeconds: 1}}"),
                List.of(injected("checkout-1", started(1)))))
        .map(Refusal::message)
        .get()
        .asString()
        .endsWith("the start takes an unknown time now, and 4 s more with the agent");
  }

  @Test
  void aPodThatGotReadyBackTellsNothingOfItsStart() {
    assertThat(StartTime.check(container("{livenessProbe: {}}"), List.of(startedIn("a", 3_000))))
        .isEmpty();
    assertThat(
            StartTime.check(
                container("{livenessProbe: {}}"),
                List.of(startedIn("a", 3_000), startedIn("b", 25))))
        .isPresent();
  }

  private static Container container(String yaml) {
    Container container = Yaml.read(yaml, Container.class);
    container.setName("app");
    return container;
  }

  private static PodView startedIn(String name, int seconds) {
    return plain(name, started(seconds));
  }

  private static String started(int seconds) {
    return """
        {containerStatuses: [{name: app, state: {running: {startedAt: '2026-11-21T08:00:00Z'}}}], \
        conditions: [{type: Ready, status: 'True', lastTransitionTime: '2026-11-21T%02d:%02d:%02dZ'}]}"""
        .formatted(8 + seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  private static String message(String yaml, String[] expected) {
    Container container = container(yaml);
    var probe =
        container.getStartupProbe() == null
            ? container.getLivenessProbe()
            : container.getStartupProbe();
    return "container app: its %s probe may end it %s s after its start (%d + %d * (%d - 1)); the start"
            .formatted(
                expected[0],
                expected[1],
                probe.getInitialDelaySeconds() == null ? 0 : probe.getInitialDelaySeconds(),
                probe.getPeriodSeconds() == null ? 10 : probe.getPeriodSeconds(),
                probe.getFailureThreshold() == null ? 3 : probe.getFailureThreshold())
        + " takes %s s now, and %s s more with the agent".formatted(expected[2], expected[3]);
  }
}
