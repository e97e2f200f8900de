package io.tracingstack.operator.testing;

import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * Counts finished reconciles. "Nothing is written" is only true once somebody has looked: tests
 * provoke passes, await their end, and then count.
 */
@ApplicationScoped
public class Passes {
  private final MeterRegistry registry;

  Passes(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Passes of a kind's reconciler that have ended, status patch included. */
  public double finished(String kind) {
    return registry
        .find("operator.sdk.reconciliations.success")
        .tag("kind", kind)
        .counters()
        .stream()
        .mapToDouble(c -> c.count())
        .sum();
  }

  /** Provokes a number of passes, one after the other. */
  public void provoke(String kind, int times, Runnable touch) {
    for (int i = 0; i < times; i++) {
      double before = finished(kind);
      touch.run();
      await()
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofMillis(20))
          .until(more(kind, before));
    }
  }

  /** Waits until no pass is on its way. */
  public void awaitNone() {
    await().atMost(Duration.ofSeconds(20)).during(Duration.ofMillis(300)).until(this::none);
  }

  private boolean none() {
    return registry.getMeters().stream()
        .filter(m -> m.getId().getName().startsWith("operator.sdk.reconciliations.executions."))
        .allMatch(m -> m.measure().iterator().next().getValue() == 0);
  }

  private Callable<Boolean> more(String kind, double before) {
    return () -> finished(kind) > before;
  }
}
