package io.tracingstack.operator.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.tracingstack.operator.testing.Yaml;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CreationRefusedTest {
  private static final Instant SINCE = Instant.parse("2026-11-21T08:10:00.900Z");

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "none at all            |                                                        | none",
        "over before            | FailedCreate 08:01:00 08:09:00                         | none",
        "in the same second     | FailedCreate 08:10:00 08:10:00                         | 08:10:00",
        "first seen long before | FailedCreate 08:01:00 08:11:00                         | 08:10:00",
        "a new one              | FailedCreate 08:10:30 08:12:00                         | 08:10:30",
        "something else         | FailedDelete 08:10:30 08:12:00                         | none",
        "the newest of several  | FailedCreate 08:10:30 08:12:00; FailedCreate 08:11:30 08:13:00"
            + "                                                                       | 08:11:30"
      })
  void whatHappenedBeforeIsOver(String name, String events, String since) {
    assertThat(CreationRefused.of(events(events), SINCE).map(CreationRefused::since))
        .isEqualTo(
            java.util.Optional.ofNullable(since)
                .map(time -> Instant.parse("2026-11-21T" + time + "Z")));
  }

  private static List<Event> events(String text) {
    return text == null
        ? List.of()
        : Arrays.stream(text.split(";"))
            .map(String::trim)
            .map(e -> e.split(" "))
            .map(
                e ->
                    Yaml.read(
                        """
                        {reason: %s, message: exceeded quota, \
                        firstTimestamp: '2026-11-21T%sZ', lastTimestamp: '2026-11-21T%sZ'}"""
                            .formatted(e[0], e[1], e[2]),
                        Event.class))
            .toList();
  }
}
