package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.testing.Exchange;
import io.tracingstack.operator.testing.Fault;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.OperatorTest;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every request of a journey fails once, each in every way: one workload per way and step, all at
 * once, and all must arrive where an undisturbed one does. What goes on failing is told.
 */
@QuarkusTest
class FaultTest extends OperatorTest {
  private static final Map<String, Fault> FAULTS =
      Map.of(
          "conflict", new Fault.Refusal(409, "Conflict"),
          "throttled", new Fault.Refusal(429, "TooManyRequests", "Retry-After: 1"),
          "broken", new Fault.Refusal(500, "InternalError"),
          "silent", new Fault.Silence(),
          "cut", new Fault.Cut(),
          "lost", new Fault.LostAnswer());

  /** More than the requests about a workload's namespace on its way, or back. */
  private static final int STEPS = 15;

  private final Map<String, Fault> faultOf = new HashMap<>();
  private final Map<String, Integer> stepOf = new HashMap<>();
  private final Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
  private final Map<String, Exchange> hit = new ConcurrentHashMap<>();

  @BeforeAll
  void serve() {
    clusterWideStack();
  }

  @Test
  void aFaultAtAnyStepDelaysAndChangesNothing() {
    Map<String, String> before = new HashMap<>();
    FAULTS.forEach(
        (name, fault) -> {
          for (int step = 1; step <= STEPS; step++) {
            String namespace = cluster.namespace("fault-" + name + "-" + step, Map.of());
            faultOf.put(namespace, fault);
            stepOf.put(namespace, step);
            apply(Manifests.deployment(namespace, "shop", application.port()));
            controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
            before.put(namespace, template(namespace, "shop"));
          }
        });

    cluster.proxy().breaking(this::faultOnce);
    faultOf.keySet().forEach(ns -> label("deployments", ns, "shop", Labels.INJECT, "java"));
    faultOf.keySet().forEach(ns -> awaitInjected(ns, "shop"));
    faultOf.keySet().forEach(ns -> controllers.rollOut(ns, "shop", Pods.healthy(sha256())));
    faultOf.keySet().forEach(ns -> awaitState(ns, "shop", "Traced"));
    assertHit("on the way", 15, 5);

    seen.clear();
    hit.clear();
    faultOf.keySet().forEach(ns -> label("deployments", ns, "shop", Labels.INJECT, null));
    faultOf
        .keySet()
        .forEach(ns -> eventually().until(() -> traced(ns, "deployment-shop").isEmpty()));
    assertHit("on the way back", 5, 2);
    faultOf
        .keySet()
        .forEach(
            ns -> {
              assertThat(template(ns, "shop")).as(ns).isEqualTo(before.get(ns));
              assertThat(managedByUs("deployments", ns, "shop")).as(ns).isFalse();
            });
  }

  @Test
  void droppedWatchesMissNothing() {
    String namespace = cluster.namespace("fault-watch", Map.of());
    apply(Manifests.deployment(namespace, "shop", application.port()));
    assertThat(cluster.proxy().dropWatches(Exchange::isWatch)).isPositive();
    label("deployments", namespace, "shop", Labels.INJECT, "java");
    awaitInjected(namespace, "shop");
    cluster.proxy().dropWatches(Exchange::isWatch);
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    awaitState(namespace, "shop", "Traced");
    cluster.proxy().dropWatches(Exchange::isWatch);
    label("deployments", namespace, "shop", Labels.INJECT, null);
    eventually().until(() -> traced(namespace, "deployment-shop").isEmpty());
    assertThat(template(namespace, "shop")).doesNotContain("tracingstack");
  }

  @Test
  void aDryRunThatGoesOnFailingIsToldOnce() {
    String namespace = cluster.namespace("fault-dry-run", Map.of());
    Predicate<Exchange> dryRun = e -> e.isIn(namespace) && e.toString().contains("dryRun=All");
    breaking(dryRun, new Fault.Refusal(500, "InternalError"));

    labelledDeployment(namespace, "shop");
    awaitState(namespace, "shop", "Rejected");

    assertThat(statusOf(namespace, "shop").message())
        .startsWith("InternalError by the proxy; ")
        .endsWith(Reason.REJECTED.nextStep());
    int mark = cluster.proxy().mark();
    eventually()
        .until(
            () -> {
              touch(namespace, "shop");
              return cluster.proxy().since(mark, dryRun).size() > 3;
            });
    assertThat(cluster.proxy().since(mark, e -> e.isWrite() && e.isIn(namespace))).isEmpty();
    cluster.proxy().heal();
    touch(namespace, "shop");
    awaitTraced(namespace, "shop");
  }

  @Test
  void aWriteThatGoesOnFailingIsToldAndLetsOthersGo() {
    String namespace = cluster.namespace("fault-write", Map.of());
    readyStack(namespace, "tracing", "rollout: {canary: 0, maxConcurrent: 1}");
    breaking(
        e -> e.isWrite() && e.path().endsWith(namespace + "/deployments/a"),
        new Fault.Refusal(500, "InternalError"));
    labelledDeployment(namespace, "a");
    eventually()
        .until(
            () ->
                traced(namespace, "deployment-a")
                    .filter(tw -> tw.getSpec().admitted() != null)
                    .isPresent());
    String before = template(namespace, "a");
    labelledDeployment(namespace, "b");

    awaitState(namespace, "a", "Rejected");
    awaitInjected(namespace, "b");

    assertThat(template(namespace, "a")).isEqualTo(before);
    cluster.proxy().heal();
    touch(namespace, "a");
    awaitState(namespace, "a", "WaitingForSlot");
    awaitTraced(namespace, "b");
    awaitTraced(namespace, "a");
  }

  @Test
  void anUndoThatIsRefusedIsToldWhileTheTracedWorkloadWaits() {
    String namespace = cluster.namespace("fault-undo", Map.of());
    apply(Manifests.deployment(namespace, "shop", application.port()));
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    String before = template(namespace, "shop");
    label("deployments", namespace, "shop", Labels.INJECT, "java");
    awaitTraced(namespace, "shop");
    breaking(
        e -> e.isWrite() && e.path().endsWith(namespace + "/deployments/shop"),
        new Fault.Refusal(403, "Forbidden"));

    label("deployments", namespace, "shop", Labels.INJECT, null);
    awaitState(namespace, "shop", "Rejected");

    assertThat(statusOf(namespace, "shop").message())
        .startsWith("cannot undo: Forbidden by the proxy; ");
    assertThat(traced(namespace, "deployment-shop").get().getMetadata().getDeletionTimestamp())
        .isNotNull();
    assertThat(cluster.admin().v1().events().inNamespace(namespace).list().getItems())
        .filteredOn(e -> e.getReason().equals("Rejected"))
        .singleElement()
        .satisfies(e -> assertThat(e.getType()).isEqualTo("Warning"))
        .satisfies(e -> assertThat(e.getMessage()).contains("cannot undo: Forbidden by the proxy"));
    cluster.proxy().heal();
    touch(namespace, "shop");
    eventually().until(() -> traced(namespace, "deployment-shop").isEmpty());
    assertThat(template(namespace, "shop")).isEqualTo(before);
  }

  private void breaking(Predicate<Exchange> which, Fault fault) {
    cluster.proxy().breaking(e -> which.test(e) ? Optional.of(fault) : Optional.empty());
  }

  private Optional<Fault> faultOnce(Exchange exchange) {
    return faultOf.keySet().stream()
        .filter(exchange::isIn)
        .filter(ns -> !exchange.isWatch() && isPossible(faultOf.get(ns), exchange))
        .findFirst()
        .filter(
            ns ->
                seen.computeIfAbsent(ns, n -> new AtomicInteger()).incrementAndGet()
                    == stepOf.get(ns))
        .map(
            ns -> {
              hit.put(ns, exchange);
              return faultOf.get(ns);
            });
  }

  /** Reading, or creating what is not there, never conflicts. */
  private static boolean isPossible(Fault fault, Exchange exchange) {
    return exchange.method().equals("PATCH") || !(fault.equals(FAULTS.get("conflict")));
  }

  /** A fault that never struck proves nothing. */
  private void assertHit(String when, int requests, int patches) {
    List<String> missed = new ArrayList<>();
    stepOf.forEach(
        (ns, step) -> {
          boolean conflict = faultOf.get(ns).equals(FAULTS.get("conflict"));
          if (step <= (conflict ? patches : requests) && !hit.containsKey(ns)) {
            missed.add(ns);
          }
        });
    assertThat(missed).as("faults %s that struck nothing", when).isEmpty();
  }
}
