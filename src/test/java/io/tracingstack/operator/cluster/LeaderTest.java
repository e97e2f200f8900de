package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.cluster.AuditLog.Request;
import io.tracingstack.operator.cluster.History.What;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** A second replica carries on where the leader died: no step is done twice, and none is lost. */
@Isolated
@ClusterTest
class LeaderTest {
  private static final int WORKLOADS = 6;
  private static final int AT_ONCE = 2;

  private final Sandbox sandbox;
  private final SharedStack stack;

  LeaderTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @AfterEach
  void oneOperator() {
    Operator.scale(1);
  }

  @Test
  void theOtherReplicaCarriesOn() throws Exception {
    // Given
    String namespace = sandbox.namespace("", Map.of());
    stack.behind(namespace, "own", "{canary: 0, maxConcurrent: %d}".formatted(AT_ONCE));
    List<Workload> workloads = new ArrayList<>();
    for (int i = 0; i < WORKLOADS; i++) {
      workloads.add(App.backend(namespace, "shop-" + i).deploy());
    }
    workloads.forEach(Workload::awaitRolledOut);
    Operator.scale(2);
    AuditLog log = AuditLog.fromNow();

    try (History history = History.of(namespace)) {
      // When
      Cluster.kubectl("label", "namespace", namespace, Labels.INJECT + "=java");
      history.awaitTraced(1);
      leaderDies();
      history.awaitTraced(WORKLOADS / 2);
      leaderDies();
      history.awaitTraced(WORKLOADS);

      // Then
      assertThat(history.mostOnTheirWay()).isLessThanOrEqualTo(AT_ONCE);
      assertThat(history.events()).filteredOn(e -> e.what() == What.INJECTED).hasSize(WORKLOADS);
    }
    for (Workload workload : workloads) {
      assertThat(workload.json().at("/metadata/generation").asInt())
          .as("writes to the template of " + workload)
          .isEqualTo(2);
      assertThat(created(log, workload)).as("creations for " + workload).isEqualTo(1);
    }
  }

  private static long created(AuditLog log, Workload workload) {
    return log.requests().stream()
        .filter(Request::isWrite)
        .filter(r -> r.resource().equals("tracedworkloads") && r.subresource().isEmpty())
        .filter(r -> r.namespace().equals(workload.namespace()))
        .filter(r -> r.name().equals("deployment-" + workload.name()) && r.code() == 201)
        .count();
  }

  /** Whichever replica is first once the lease is over: the one that waited, or the successor. */
  private static void leaderDies() {
    String former = Operator.killLeader();
    Cluster.await("another replica leads").until(() -> !Operator.leader().equals(former));
  }
}
