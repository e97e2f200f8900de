package io.tracingstack.operator.journey;

import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import java.time.Duration;
import java.util.Optional;

/**
 * How far a workload is.
 *
 * @param lookAgain when to look again without an event; empty when events suffice
 */
public record Progress(TracedWorkloadStatus status, Optional<Duration> lookAgain) {

  /** The same, looking again after this time at the latest. */
  public Progress within(Duration time) {
    return new Progress(
        status, Optional.of(lookAgain.filter(t -> t.compareTo(time) < 0).orElse(time)));
  }
}
