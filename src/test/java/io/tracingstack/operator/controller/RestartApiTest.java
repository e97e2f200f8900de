package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.OperatorTest;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An operator that stops at any moment goes on where it stopped: nothing is kept in memory. */
@QuarkusTest
class RestartApiTest extends OperatorTest {
  @Test
  void aJourneyInterruptedAtEachStageArrives() {
    String namespace = cluster.namespace("restart", Map.of());
    apply(Manifests.stack(namespace, "tracing"));
    apply(Manifests.deployment(namespace, "shop", application.port()));
    String before = template(namespace, "shop");

    cluster.stopOperator();
    label("deployments", namespace, "shop", Labels.INJECT, "java");
    cluster.startOperator();
    awaitInjected(namespace, "shop");

    cluster.stopOperator();
    tempoOperator.report(namespace, "tracing", "Ready", "");
    collectorUp(namespace, "tracing");
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    cluster.startOperator();
    awaitState(namespace, "shop", "Traced");

    cluster.stopOperator();
    label("deployments", namespace, "shop", Labels.INJECT, null);
    assertThat(template(namespace, "shop")).contains(Labels.INJECTED);
    cluster.startOperator();
    eventually().until(() -> traced(namespace, "deployment-shop").isEmpty());
    assertThat(template(namespace, "shop")).isEqualTo(before);
  }

  @Test
  void aProvenWorkloadIsNotTouchedByARestart() {
    String namespace = cluster.namespace("restart", Map.of());
    readyStack(namespace, "tracing");
    labelledDeployment(namespace, "shop");
    awaitTraced(namespace, "shop");
    eventually().until(() -> "1/1".equals(statusOfStack(namespace, "tracing").traced()));
    String template = template(namespace, "shop");
    String version = version(namespace);

    cluster.stopOperator();
    int mark = cluster.proxy().mark();
    double finished = passes.finished("TracedWorkload");
    cluster.startOperator();
    eventually().until(() -> passes.finished("TracedWorkload") > finished);
    passes.provoke("TracedWorkload", 2, () -> touch(namespace, "shop"));

    assertThat(cluster.proxy().writesSince(mark)).isEmpty();
    assertThat(template(namespace, "shop")).isEqualTo(template);
    assertThat(version(namespace)).isEqualTo(version);
  }

  private String version(String namespace) {
    return stored("deployments", namespace, "shop").at("/metadata/resourceVersion").asText();
  }
}
