package io.tracingstack.operator.stack;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A time that comes again and again, in which pods may restart. When clocks are put back, a time of
 * the schedule that comes twice opens it twice; when they are put forward, one that is left out
 * opens it at that moment.
 *
 * @param schedule when it opens: five cron fields
 * @param duration how long it stays open, as time that passes
 * @param zone whose clocks the schedule is about
 */
public record RestartWindow(String schedule, Duration duration, ZoneId zone) {
  private static final CronParser CRON =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

  // The library knows more than five fields: several schedules in one, among others.
  private static final Pattern CHARACTERS = Pattern.compile("[0-9A-Za-z*/,\\- ]+");
  private static final Instant LONG_AGO = Instant.parse("2000-01-01T00:00:00Z");

  /**
   * Reads a window.
   *
   * @param field where it is from, e.g. {@code spec.rollout.windows[0]}
   * @throws InvalidSpecException naming the field of it that cannot be used
   */
  static RestartWindow of(RolloutSpec.Window window, String field) {
    checkSchedule(window.schedule(), field + ".schedule");
    return new RestartWindow(
        window.schedule(),
        Durations.parse(window.duration(), Duration.ofSeconds(1), field + ".duration"),
        zone(window.timeZone(), field + ".timeZone"));
  }

  /** Whether pods may restart now. */
  public boolean isOpen(Instant now) {
    // Open is what has opened within the duration; so openings may come closer than it is long.
    return nextOpening(now.minus(duration)).filter(opened -> !opened.isAfter(now)).isPresent();
  }

  /** When it opens for the first time after this moment, even if it is open then. */
  public Optional<Instant> nextOpening(Instant after) {
    ExecutionTime times = ExecutionTime.forCron(CRON.parse(schedule));
    ZoneRules rules = zone.getRules();
    Instant from = after.truncatedTo(ChronoUnit.SECONDS);
    ZoneOffset offset = rules.getOffset(from);
    ZoneOffsetTransition change = rules.nextTransition(from);
    // From one change of the clocks to the next, where a schedule is plain arithmetic.
    while (true) {
      Optional<Instant> next = next(times, from, offset);
      if (change == null || next.isEmpty() || next.get().isBefore(change.getInstant())) {
        return next;
      }
      if (change.isGap() && next.get().isBefore(change.getInstant().plus(change.getDuration()))) {
        return Optional.of(change.getInstant());
      }
      from = change.getInstant().minusSeconds(1);
      offset = change.getOffsetAfter();
      change = rules.nextTransition(change.getInstant());
    }
  }

  private static Optional<Instant> next(ExecutionTime times, Instant after, ZoneOffset offset) {
    return times.nextExecution(after.atZone(offset)).map(ZonedDateTime::toInstant);
  }

  private static void checkSchedule(String schedule, String field) {
    try {
      if (!CHARACTERS.matcher(schedule).matches()) {
        throw new InvalidSpecException(field, "'" + schedule + "' is not five cron fields");
      }
      if (next(ExecutionTime.forCron(CRON.parse(schedule)), LONG_AGO, ZoneOffset.UTC).isEmpty()) {
        throw new InvalidSpecException(field, "'" + schedule + "' never comes");
      }
    } catch (IllegalArgumentException notCron) {
      throw new InvalidSpecException(field, "'" + schedule + "': " + notCron.getMessage());
    }
  }

  private static ZoneId zone(String name, String field) {
    try {
      return name == null ? ZoneOffset.UTC : ZoneId.of(name);
    } catch (DateTimeException unknown) {
      throw new InvalidSpecException(
          field, "'" + name + "' is not a time zone such as Europe/Berlin");
    }
  }
}
