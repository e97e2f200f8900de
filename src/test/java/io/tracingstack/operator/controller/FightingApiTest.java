package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.OperatorTest;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Somebody who keeps removing our fields wins, until the user says otherwise. */
@QuarkusTest
class FightingApiTest extends OperatorTest {
  @BeforeAll
  void serve() {
    clusterWideStack();
  }

  @Test
  void threeRemovalsEndItAndARetryStartsItAgain() {
    String namespace = fightUntil(3);
    awaitState(namespace, "shop", "Fighting");
    String theirs = template(namespace, "shop");
    assertThat(theirs).doesNotContain("tracingstack");
    int stopped = cluster.proxy().mark();
    passes.provoke("TracedWorkload", 3, () -> touch(namespace, "shop"));
    passes.provoke(
        "TracedWorkload",
        1,
        () -> annotate("deployments", namespace, "shop", "test/touch", "" + System.nanoTime()));
    assertThat(cluster.proxy().since(stopped, e -> e.isWrite() && e.isIn(namespace))).isEmpty();

    annotate("tracedworkloads", namespace, "deployment-shop", Labels.RETRY, "1");
    awaitInjected(namespace, "shop");
    eventually().until(() -> "AwaitingPods".equals(statusOf(namespace, "shop").state()));
    assertThat(statusOf(namespace, "shop").lostInjections()).isNull();
    assertThat(statusOf(namespace, "shop").handledRetry()).isEqualTo("1");
  }

  @Test
  void removalsFarApartAreNoFight() {
    String namespace = fightUntil(2);
    awaitInjected(namespace, "shop");
    clock.advance(Duration.ofMinutes(11));
    replaceWithTheOriginal(namespace);
    awaitInjected(namespace, "shop");
    eventually().until(() -> statusOf(namespace, "shop").lostInjections().size() == 1);
  }

  @Test
  void aFieldOfAnotherManagerIsNotTakenOver() {
    String namespace = cluster.namespace("fight", Map.of());
    labelledDeployment(namespace, "shop");
    awaitInjected(namespace, "shop");
    String theirs =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: shop, namespace: %s}
        spec:
          template:
            metadata: {labels: {tracingstack.io/revision: mine}}
        """
            .formatted(namespace);
    cluster.admin().resource(theirs).fieldManager("other").forceConflicts().serverSideApply();
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    awaitState(namespace, "shop", "Conflict");
    assertThat(statusOf(namespace, "shop").message()).contains("\"other\"");
    label("deployments", namespace, "shop", Labels.INJECT, null);
    eventually().until(() -> traced(namespace, "deployment-shop").isEmpty());
  }

  private String fightUntil(int removals) {
    String namespace = cluster.namespace("fight", Map.of(Labels.INJECT, "java"));
    apply(Manifests.deployment(namespace, "shop", application.port()));
    for (int i = 0; i < removals; i++) {
      awaitInjected(namespace, "shop");
      int lost = i;
      eventually()
          .until(
              () ->
                  "AwaitingPods".equals(statusOf(namespace, "shop").state())
                      && losses(namespace) == lost);
      replaceWithTheOriginal(namespace);
    }
    return namespace;
  }

  private int losses(String namespace) {
    var lost = statusOf(namespace, "shop").lostInjections();
    return lost == null ? 0 : lost.size();
  }

  private void replaceWithTheOriginal(String namespace) {
    cluster
        .kubectl()
        .runWith(Manifests.deployment(namespace, "shop", application.port()), "replace", "-f", "-");
  }
}
