package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A client that visits services all the time: it sends each a request through its Service, and
 * looks whether it has a ready pod. A healthy service must never have none because of us.
 */
final class Visitor implements AutoCloseable {
  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(4);
  private final Map<String, Visits> visits = new ConcurrentHashMap<>();

  private Visitor(List<Workload> services) {
    for (Workload service : services) {
      Visits own = new Visits();
      visits.put(service.name(), own);
      clock.scheduleWithFixedDelay(() -> own.visit(service), 0, 200, TimeUnit.MILLISECONDS);
    }
  }

  /** Visits workloads that each have a Service of their name. */
  static Visitor of(Workload... services) {
    return new Visitor(List.of(services));
  }

  private static final class Visits {
    private int answered;
    private final List<String> failures = new ArrayList<>();
    private Instant down;

    synchronized void visit(Workload service) {
      if (readyPods(service).filter(ready -> ready == 0).isPresent() && down == null) {
        down = Instant.now();
      }
      try {
        Cluster.Answer answer =
            Cluster.get(
                service.namespace(),
                "services/http:%s:%d".formatted(service.name(), App.PORT),
                "/healthz",
                Map.of());
        if (answer.status() == 200) {
          answered++;
        } else {
          failures.add(Instant.now() + " " + answer.status() + " " + answer.body());
        }
      } catch (RuntimeException e) {
        failures.add(Instant.now() + " " + e.getMessage());
      }
    }

    private static Optional<Integer> readyPods(Workload service) {
      try {
        return Optional.of((int) service.pods().stream().filter(Visits::isReady).count());
      } catch (RuntimeException unanswered) {
        return Optional.empty();
      }
    }

    private static boolean isReady(Pod pod) {
      return pod.getStatus().getConditions().stream()
          .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
    }
  }

  /**
   * Asserts that the service had a ready pod at every visit, and says how many requests it
   * answered: one that reaches a pod in the moment it ends fails in any rollout.
   */
  void assertAlwaysUp(Workload service) {
    Visits own = visits.get(service.name());
    synchronized (own) {
      System.out.printf(
          "e2e: %s answered %d of %d requests %s%n",
          service.name(), own.answered, own.answered + own.failures.size(), own.failures);
      assertThat(own.answered).as("answers of " + service).isPositive();
      assertThat(own.down).as(service + " had no ready pod at").isNull();
    }
  }

  @Override
  public void close() throws InterruptedException {
    clock.shutdownNow();
    clock.awaitTermination(Duration.ofSeconds(20).toMillis(), TimeUnit.MILLISECONDS);
  }
}
