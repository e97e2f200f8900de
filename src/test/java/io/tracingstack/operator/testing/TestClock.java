package io.tracingstack.operator.testing;

import io.quarkus.test.Mock;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The operator's clock: real time, which tests may put forward. */
@Mock
@Singleton
public class TestClock extends Clock {
  private volatile Duration ahead = Duration.ZERO;

  /** Real time again: pods are as old as the API server says. */
  public void reset() {
    ahead = Duration.ZERO;
  }

  /** Puts the clock forward. */
  public void advance(Duration by) {
    ahead = ahead.plus(by);
  }

  @Override
  public Instant instant() {
    return Instant.now().plus(ahead);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
