package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Asks, all the time, how many pods of a service are ready: a healthy service must never have none
 * because of us.
 */
final class Visitor implements AutoCloseable {
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Map<String, Instant> down = new ConcurrentHashMap<>();

  private Visitor(Workload... workloads) {
    clock.scheduleWithFixedDelay(() -> visit(workloads), 0, 200, TimeUnit.MILLISECONDS);
  }

  static Visitor of(Workload... workloads) {
    return new Visitor(workloads);
  }

  private void visit(Workload... workloads) {
    for (Workload workload : workloads) {
      Optional<Integer> ready = readyPods(workload);
      if (ready.isPresent() && ready.get() == 0) {
        down.putIfAbsent(workload.name(), Instant.now());
      }
    }
  }

  private static Optional<Integer> readyPods(Workload workload) {
    try {
      return Optional.of(
          (int)
              workload.pods().stream()
                  .filter(
                      p ->
                          p.getStatus().getConditions().stream()
                              .anyMatch(
                                  c -> c.getType().equals("Ready") && c.getStatus().equals("True")))
                  .count());
    } catch (RuntimeException unanswered) {
      return Optional.empty();
    }
  }

  /** Asserts that the service had a ready pod at every visit. */
  void assertAlwaysUp(Workload workload) {
    assertThat(down.get(workload.name())).as(workload + " had no ready pod at").isNull();
  }

  @Override
  public void close() throws InterruptedException {
    clock.shutdownNow();
    clock.awaitTermination(Duration.ofSeconds(10).toMillis(), TimeUnit.MILLISECONDS);
  }
}
