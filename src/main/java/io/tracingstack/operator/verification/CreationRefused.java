package io.tracingstack.operator.verification;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.MicroTime;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The API server, a quota or an admission webhook does not let a controller create a pod.
 *
 * @param message in their words, as the Deployment's condition ReplicaFailure or a FailedCreate
 *     event has them
 * @param since the first refusal of this row
 */
public record CreationRefused(String message, Instant since) {

  /** Reason of the events by which StatefulSets and DaemonSets tell of it. */
  public static final String EVENT = "FailedCreate";

  /**
   * What events tell; an event is kept for an hour, so an older one may be about something else.
   *
   * @param since what happened before this moment is over: the change, or the last pod that could
   *     be created
   */
  public static Optional<CreationRefused> of(Collection<Event> events, Instant since) {
    Instant second = since.truncatedTo(ChronoUnit.SECONDS);
    return events.stream()
        .filter(e -> EVENT.equals(e.getReason()))
        .filter(e -> last(e).filter(at -> !at.isBefore(second)).isPresent())
        .max(Comparator.comparing(e -> last(e).orElseThrow()))
        .map(
            e ->
                new CreationRefused(
                    Objects.toString(e.getMessage(), ""),
                    first(e).filter(at -> at.isAfter(second)).orElse(second)));
  }

  private static Optional<Instant> last(Event event) {
    return Stream.of(
            time(event.getSeries() == null ? null : event.getSeries().getLastObservedTime()),
            time(event.getLastTimestamp()),
            time(event.getEventTime()))
        .flatMap(Optional::stream)
        .max(Comparator.naturalOrder());
  }

  private static Optional<Instant> first(Event event) {
    return time(event.getFirstTimestamp()).or(() -> time(event.getEventTime()));
  }

  private static Optional<Instant> time(String text) {
    return Optional.ofNullable(text).map(Instant::parse);
  }

  private static Optional<Instant> time(MicroTime time) {
    return Optional.ofNullable(time)
        .map(MicroTime::getTime)
        .map(t -> OffsetDateTime.parse(t).toInstant());
  }
}
