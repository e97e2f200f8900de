package io.tracingstack.operator.stack;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations in hours, minutes and seconds, as in {@code 1h30m}. */
final class Durations {
  private static final Duration LONGEST = Duration.ofDays(365);
  private static final Pattern WHOLE = Pattern.compile("([0-9]+[hms])+");
  private static final Pattern PART = Pattern.compile("([0-9]+)([hms])");
  private static final Map<String, ChronoUnit> UNITS =
      Map.of("h", ChronoUnit.HOURS, "m", ChronoUnit.MINUTES, "s", ChronoUnit.SECONDS);

  private Durations() {}

  /**
   * Reads a duration.
   *
   * @param field where it is from, for the message
   * @throws InvalidSpecException when it cannot be read, is shorter than {@code least}, or longer
   *     than a year
   */
  static Duration parse(String text, Duration least, String field) {
    if (!WHOLE.matcher(text).matches()) {
      throw new InvalidSpecException(field, "'" + text + "' is not a duration such as 1h30m");
    }
    Duration sum = sum(text);
    if (sum.compareTo(least) < 0) {
      throw new InvalidSpecException(field, text + " is less than " + least.toSeconds() + "s");
    }
    if (sum.compareTo(LONGEST) > 0) {
      throw new InvalidSpecException(field, text + " is more than " + LONGEST.toHours() + "h");
    }
    return sum;
  }

  private static Duration sum(String text) {
    Duration sum = Duration.ZERO;
    Matcher part = PART.matcher(text);
    try {
      while (part.find()) {
        sum = sum.plus(Long.parseLong(part.group(1)), UNITS.get(part.group(2)));
      }
      return sum;
    } catch (NumberFormatException | ArithmeticException beyondAllClocks) {
      return ChronoUnit.FOREVER.getDuration();
    }
  }
}
