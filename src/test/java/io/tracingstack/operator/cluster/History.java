package io.tracingstack.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * What happened to the Deployments of a namespace, in the API server's own order: resource versions
 * of all kinds count in one row.
 */
final class History implements AutoCloseable {
  /** What happened to a workload. */
  enum What {
    INJECTED,
    CLEAN,
    TRACED,
    REVERTED
  }

  /** One event. */
  record Event(long version, Instant seen, String workload, What what) {}

  private final ConcurrentSkipListMap<Long, Event> events = new ConcurrentSkipListMap<>();
  private final List<AutoCloseable> watches = new ArrayList<>();

  private History(String namespace) {
    watches.add(
        Cluster.CLIENT
            .apps()
            .deployments()
            .inNamespace(namespace)
            .inform(
                new Recorder<Deployment>(
                    d -> Optional.of(injected(d) ? What.INJECTED : What.CLEAN))));
    watches.add(
        Cluster.CLIENT
            .resources(TracedWorkload.class)
            .inNamespace(namespace)
            .inform(new Recorder<TracedWorkload>(History::told)));
  }

  static History of(String namespace) {
    return new History(namespace);
  }

  /** The first event of each sort of each workload since it was last otherwise, oldest first. */
  List<Event> events() {
    List<Event> changes = new ArrayList<>();
    Set<String> present = new HashSet<>();
    for (Event event : events.values()) {
      String opposite =
          switch (event.what()) {
            case INJECTED -> What.CLEAN.name();
            case CLEAN -> What.INJECTED.name();
            default -> "";
          };
      if (present.add(event.workload() + event.what())) {
        changes.add(event);
      }
      present.remove(event.workload() + opposite);
    }
    return changes;
  }

  /** The most workloads at any time that were injected and neither proven nor put back. */
  int mostOnTheirWay() {
    Set<String> onTheWay = new HashSet<>();
    int most = 0;
    for (Event event : events.values()) {
      if (event.what() == What.INJECTED && !provenBefore(event)) {
        onTheWay.add(event.workload());
      } else if (event.what() != What.INJECTED) {
        onTheWay.remove(event.workload());
      }
      most = Math.max(most, onTheWay.size());
    }
    return most;
  }

  private boolean provenBefore(Event event) {
    return events.headMap(event.version()).values().stream()
        .anyMatch(e -> e.what() == What.TRACED && e.workload().equals(event.workload()));
  }

  /** Waits until so many workloads have been proven. */
  void awaitTraced(int count) {
    Cluster.await(count + " workloads are traced")
        .until(() -> events().stream().filter(e -> e.what() == What.TRACED).count() >= count);
  }

  Event first(String workload, What what) {
    return events().stream()
        .filter(e -> e.workload().equals(workload) && e.what() == what)
        .findFirst()
        .orElseThrow(() -> new AssertionError(workload + " was never " + what));
  }

  private static boolean injected(Deployment deployment) {
    var annotations = deployment.getSpec().getTemplate().getMetadata().getAnnotations();
    return annotations != null && annotations.containsKey(Labels.INJECTED);
  }

  private static Optional<What> told(TracedWorkload tw) {
    String state = tw.getStatus() == null ? "" : String.valueOf(tw.getStatus().state());
    return switch (state) {
      case "Traced" -> Optional.of(What.TRACED);
      case "Reverted" -> Optional.of(What.REVERTED);
      default -> Optional.empty();
    };
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable watch : watches) {
      watch.close();
    }
  }

  private final class Recorder<T extends HasMetadata> implements ResourceEventHandler<T> {
    private final java.util.function.Function<T, Optional<What>> what;

    Recorder(java.util.function.Function<T, Optional<What>> what) {
      this.what = what;
    }

    @Override
    public void onAdd(T object) {
      long version = Long.parseLong(object.getMetadata().getResourceVersion());
      String name =
          object instanceof TracedWorkload tw
              ? tw.getSpec().workload().name()
              : object.getMetadata().getName();
      what.apply(object)
          .ifPresent(w -> events.put(version, new Event(version, Instant.now(), name, w)));
    }

    @Override
    public void onUpdate(T before, T now) {
      onAdd(now);
    }

    @Override
    public void onDelete(T object, boolean finalStateUnknown) {
      // What happened to it before counts.
    }
  }
}
