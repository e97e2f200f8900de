package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Uses a Service all the time, and knows every pod that could ever have answered. */
final class Customer implements AutoCloseable {
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final SharedIndexInformer<EndpointSlice> endpoints;
  private final Set<String> pods = new ConcurrentSkipListSet<>();
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final AtomicInteger answers = new AtomicInteger();

  private Customer(String namespace, String service) {
    endpoints =
        Cluster.CLIENT
            .discovery()
            .v1()
            .endpointSlices()
            .inNamespace(namespace)
            .withLabel("kubernetes.io/service-name", service)
            .inform(new Recorder());
    clock.scheduleWithFixedDelay(
        () -> ask(namespace, "services/http:%s:%d".formatted(service, App.PORT)),
        0,
        200,
        TimeUnit.MILLISECONDS);
  }

  static Customer of(String namespace, String service) {
    return new Customer(namespace, service);
  }

  private void ask(String namespace, String target) {
    try {
      int status = Cluster.get(namespace, target, "/inventory", Map.of()).status();
      if (status == 200) {
        answers.incrementAndGet();
      } else {
        failures.add(Instant.now() + ": status " + status);
      }
    } catch (RuntimeException unanswered) {
      failures.add(Instant.now() + ": " + unanswered.getMessage());
    }
  }

  /** The pods that were ever behind the Service. */
  Set<String> pods() {
    return pods;
  }

  /** Asserts that every request was answered. */
  void assertAlwaysServed() {
    assertThat(failures).isEmpty();
    assertThat(answers).hasPositiveValue();
  }

  @Override
  public void close() throws InterruptedException {
    endpoints.close();
    clock.shutdownNow();
    clock.awaitTermination(Duration.ofSeconds(20).toMillis(), TimeUnit.MILLISECONDS);
  }

  private final class Recorder implements ResourceEventHandler<EndpointSlice> {
    @Override
    public void onAdd(EndpointSlice slice) {
      slice.getEndpoints().stream()
          .map(Endpoint::getTargetRef)
          .filter(Objects::nonNull)
          .forEach(target -> pods.add(target.getName()));
    }

    @Override
    public void onUpdate(EndpointSlice before, EndpointSlice now) {
      onAdd(now);
    }

    @Override
    public void onDelete(EndpointSlice slice, boolean finalStateUnknown) {
      // Who was in it before counts.
    }
  }
}
