package io.tracingstack.operator.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.RolloutSpec.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In 2026 Berlin's clocks go forward on 29 March at 01:00Z and back on 25 October at 01:00Z. */
class RestartWindowTest {
  @ParameterizedTest
  @CsvSource({
    // Monday to Friday from ten at night, by clocks an hour ahead in winter and two in summer.
    "2026-01-05T20:59:59Z, false",
    "2026-01-05T21:00:00Z, true",
    "2026-01-06T00:59:59.999Z, true",
    "2026-01-06T01:00:00Z, false",
    "2026-07-06T19:59:59Z, false",
    "2026-07-06T20:00:00Z, true",
    "2026-07-06T23:59:59Z, true",
    "2026-07-07T00:00:00Z, false",
    "2026-07-04T21:00:00Z, false",
    "2026-07-03T21:00:00Z, true"
  })
  void itIsOpenFromItsTimeForItsDuration(Instant now, boolean open) {
    assertThat(window("0 22 * * 1-5", "4h", "Europe/Berlin").isOpen(now)).isEqualTo(open);
  }

  @ParameterizedTest
  @CsvSource({
    "UTC,              2026-06-01T02:30:00Z",
    "Europe/Berlin,    2026-06-01T00:30:00Z",
    "Asia/Kolkata,     2026-05-31T21:00:00Z",
    "America/New_York, 2026-06-01T06:30:00Z",
    "Pacific/Apia,     2026-06-01T13:30:00Z",
    "+05:45,           2026-05-31T20:45:00Z"
  })
  void itsTimeIsThatOfItsZone(String zone, Instant opening) {
    assertThat(window("30 2 * * *", "1h", zone).nextOpening(Instant.parse("2026-05-31T20:00:00Z")))
        .contains(opening);
  }

  @Test
  void withoutAZoneItsTimeIsUtc() {
    assertThat(window("30 2 * * *", "1h", null)).isEqualTo(window("30 2 * * *", "1h", "Z"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0 3 * * 0       | 2026-03-01T03:00:00Z | sundays by 0
          0 3 * * 7       | 2026-03-01T03:00:00Z | and by 7
          0 3 * * SAT,SUN | 2026-02-28T03:00:00Z | by names
          0 3 * * 1-7     | 2026-02-28T03:00:00Z | every day, by numbers
          0 3 1 * MON     | 2026-03-01T03:00:00Z | a day of the month or one of the week
          0 3 29 2 *      | 2028-02-29T03:00:00Z | only in leap years
          0 3 31 * *      | 2026-03-31T03:00:00Z | only in long months
          */20 2-4 * * *  | 2026-02-28T02:00:00Z | steps and ranges
          5/30 * * * *    | 2026-02-28T00:05:00Z | steps from a number
          """)
  void schedulesAreThoseOfCron(String schedule, Instant opening) {
    Instant saturday = Instant.parse("2026-02-28T00:00:00Z");

    assertThat(window(schedule, "1h", "UTC").nextOpening(saturday)).contains(opening);
  }

  @Test
  void theNextOpeningIsAfterOneThatIsNow() {
    RestartWindow window = window("0 3 * * *", "1h", "UTC");
    Instant three = Instant.parse("2026-03-01T03:00:00Z");

    assertThat(window.nextOpening(three.minusMillis(1))).contains(three);
    assertThat(window.nextOpening(three)).contains(three.plus(Duration.ofDays(1)));
    assertThat(window.nextOpening(three.plusMillis(1))).contains(three.plus(Duration.ofDays(1)));
  }

  @Test
  void aWindowLongerThanItsPeriodNeverCloses() {
    RestartWindow window = window("0 0,8,16 * * *", "9h", "Europe/Berlin");

    Stream.iterate(Instant.parse("2026-03-27T00:00:00Z"), t -> t.plus(Duration.ofMinutes(17)))
        .limit(400)
        .forEach(t -> assertThat(window.isOpen(t)).as("%s", t).isTrue());
  }

  @Test
  void aWindowAsLongAsItsPeriodHasNoGap() {
    assertThat(
            window("0 * * * *", "1h", "UTC").isOpen(Instant.parse("2026-03-01T03:59:59.999999Z")))
        .isTrue();
    assertThat(window("0 * * * *", "1h", "UTC").isOpen(Instant.parse("2026-03-01T04:00:00Z")))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # A time that is left out opens at the moment when the clocks change.
          30 2 * * *  | 2026-03-28T00:00:00Z | 2026-03-28T01:30:00Z 2026-03-29T01:00:00Z 2026-03-30T00:30:00Z
          0 2 * * *   | 2026-03-28T00:00:00Z | 2026-03-28T01:00:00Z 2026-03-29T01:00:00Z 2026-03-30T00:00:00Z
          # The hour after it does not, and opens once.
          0 3 * * *   | 2026-03-28T12:00:00Z | 2026-03-29T01:00:00Z 2026-03-30T01:00:00Z
          0 2,3 * * * | 2026-03-28T12:00:00Z | 2026-03-29T01:00:00Z 2026-03-30T00:00:00Z
          30 * * * *  | 2026-03-29T00:00:00Z | 2026-03-29T00:30:00Z 2026-03-29T01:00:00Z 2026-03-29T01:30:00Z
          # A time that comes twice opens twice.
          30 2 * * *  | 2026-10-24T12:00:00Z | 2026-10-25T00:30:00Z 2026-10-25T01:30:00Z 2026-10-26T01:30:00Z
          0 2 * * *   | 2026-10-24T12:00:00Z | 2026-10-25T00:00:00Z 2026-10-25T01:00:00Z 2026-10-26T01:00:00Z
          0 * * * *   | 2026-10-24T23:30:00Z | 2026-10-25T00:00:00Z 2026-10-25T01:00:00Z 2026-10-25T02:00:00Z
          0 3 * * *   | 2026-10-24T12:00:00Z | 2026-10-25T02:00:00Z 2026-10-26T02:00:00Z
          """)
  void changedClocksHideNoOpening(String schedule, Instant from, String expected) {
    List<Instant> openings = Stream.of(expected.split(" ")).map(Instant::parse).toList();

    assertThat(openings(window(schedule, "10m", "Europe/Berlin"), from, openings.size()))
        .isEqualTo(openings);
  }

  @Test
  void aWindowOverAChangeOfClocksIsAsLongAsEver() {
    RestartWindow window = window("0 1 * * *", "2h", "Europe/Berlin");

    assertThat(window.isOpen(Instant.parse("2026-03-29T01:59:59Z"))).isTrue();
    assertThat(window.isOpen(Instant.parse("2026-03-29T02:00:00Z"))).isFalse();
    assertThat(window.isOpen(Instant.parse("2026-10-25T00:59:59Z"))).isTrue();
    assertThat(window.isOpen(Instant.parse("2026-10-25T01:00:00Z"))).isFalse();
  }

  /** Samoa had no 30 December 2011. */
  @Test
  void aDayThatIsLeftOutOpensWhenTheNextBegins() {
    assertThat(
            openings(
                window("0 12 30 12 *", "1h", "Pacific/Apia"),
                Instant.parse("2011-12-01T00:00:00Z"),
                2))
        .containsExactly(
            Instant.parse("2011-12-30T10:00:00Z"), Instant.parse("2012-12-29T22:00:00Z"));
  }

  private static List<Instant> openings(RestartWindow window, Instant from, int count) {
    List<Instant> openings = new ArrayList<>();
    Instant after = from;
    for (int i = 0; i < count; i++) {
      after = window.nextOpening(after).orElseThrow();
      openings.add(after);
    }
    return openings;
  }

  private static RestartWindow window(String schedule, String duration, String zone) {
    return RestartWindow.of(new Window(schedule, duration, zone), "window");
  }
}
