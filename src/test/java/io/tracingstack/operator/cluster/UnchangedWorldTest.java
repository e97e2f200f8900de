package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.cluster.AuditLog.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A second pass over an unchanged world writes nothing, not even an event; the leader renews its
 * lease.
 */
@Isolated
@ClusterTest
class UnchangedWorldTest {
  private static final String STACK = "quiet";
  private static final int TOUCHES = 10;

  private final Sandbox sandbox;
  private final SharedStack stack;

  UnchangedWorldTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  /** The canary of a healthy pipeline is due every ten minutes; a new stack's is fresh. */
  @Test
  void restartsAndForcedPassesWriteNothing() {
    // Given
    String served = sandbox.servedBy(stack);
    String own = sandbox.namespace("own", Map.of());
    SharedStack.create(own, STACK, Stacks.external(stack));
    List<Workload> workloads =
        List.of(
            App.backend(served, "backend").labelled().deploy(),
            App.backend(served, "set").labelled().deployStatefulSet(),
            App.of("idle", served, "idle").readiness(null).labelled().deploy(),
            App.backend(own, "external").labelled().deploy());
    workloads.get(0).awaitTraced();
    workloads.get(1).awaitTraced();
    workloads.get(2).awaitState("AwaitingTraffic");
    workloads.get(2).awaitRolledOut();
    workloads.get(3).awaitTraced();
    SharedStack.awaitReady(own, STACK);
    Cluster.await("the stack counts its workload")
        .until(() -> SharedStack.get(own, STACK).orElseThrow().getStatus().traced(), "1/1"::equals);

    // When
    AuditLog log = AuditLog.fromNow();
    Operator.restart();
    workloads.forEach(workload -> awaitPasses(log, workload, 1));
    for (int i = 1; i <= TOUCHES; i++) {
      touch(workloads, own, i);
    }
    // A pass that began after another has ended shows that the other wrote nothing late.
    AuditLog last = AuditLog.fromNow();
    touch(workloads, own, TOUCHES + 1);
    workloads.forEach(workload -> awaitPasses(last, workload, 1));

    // Then
    Set<String> namespaces = Set.of(served, own, "");
    assertThat(log.requests())
        .filteredOn(Request::isWrite)
        .filteredOn(request -> namespaces.contains(request.namespace()))
        .isEmpty();
    assertThat(log.requests())
        .filteredOn(Request::isWrite)
        .filteredOn(request -> request.namespace().equals(Operator.NAMESPACE))
        .extracting(Request::resource)
        .containsOnly("leases");
  }

  private static void touch(List<Workload> workloads, String stackNamespace, int value) {
    AuditLog log = AuditLog.fromNow();
    List<String> annotate = new ArrayList<>(List.of("annotate", "--overwrite"));
    String annotation = "example.com/touched=" + value;
    for (Workload workload : workloads) {
      String tracedWorkload =
          "tracedworkload/" + workload.tracedWorkload().orElseThrow().getMetadata().getName();
      List<String> command = new ArrayList<>(annotate);
      command.addAll(
          List.of("-n", workload.namespace(), workload.resource(), tracedWorkload, annotation));
      Cluster.kubectl(command.toArray(String[]::new));
    }
    Cluster.kubectl(
        "annotate", "--overwrite", "-n", stackNamespace, "tracingstack/" + STACK, annotation);
    workloads.forEach(workload -> awaitPasses(log, workload, 1));
  }

  /** Every pass reads the workload itself. */
  private static void awaitPasses(AuditLog log, Workload workload, long passes) {
    String resource = workload.kind().toLowerCase(Locale.ROOT) + "s";
    Cluster.await("a pass over " + workload)
        .until(
            () ->
                log.requests().stream()
                        .filter(r -> r.verb().equals("get") && r.resource().equals(resource))
                        .filter(r -> r.namespace().equals(workload.namespace()))
                        .filter(r -> r.name().equals(workload.name()))
                        .count()
                    >= passes);
  }
}
