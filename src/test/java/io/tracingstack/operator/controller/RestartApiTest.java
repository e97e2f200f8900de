package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.OperatorTest;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import io.tracingstack.operator.verification.Judgement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * An operator that stops between any two passes goes on where it stopped. In the middle of a pass
 * the SDK cannot be stopped and started again within one process: it takes the pass for unfinished.
 */
@QuarkusTest
class RestartApiTest extends OperatorTest {
  @AfterEach
  void goOn() {
    cluster.startOperator();
  }

  @Test
  void aJourneyInterruptedAtEachStageArrives() {
    String namespace = cluster.namespace("restart", Map.of());
    apply(Manifests.stack(namespace, "tracing"));
    eventually().until(() -> statusOfStack(namespace, "tracing").endpoints() != null);
    apply(Manifests.deployment(namespace, "shop", application.port()));
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    String before = template(namespace, "shop");

    stop();
    label("deployments", namespace, "shop", Labels.INJECT, "java");
    cluster.startOperator();
    awaitState(namespace, "shop", "PipelineDown");

    stop();
    tempoOperator.report(namespace, "tracing", "Ready", "");
    collectorUp(namespace, "tracing");
    cluster.startOperator();
    awaitInjected(namespace, "shop");

    stop();
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    cluster.startOperator();
    awaitState(namespace, "shop", "Traced");

    stop();
    label("deployments", namespace, "shop", Labels.INJECT, null);
    assertThat(template(namespace, "shop")).contains(Labels.INJECTED);
    cluster.startOperator();
    eventually().until(() -> traced(namespace, "deployment-shop").isEmpty());
    assertThat(template(namespace, "shop")).isEqualTo(before);
  }

  /** It comes back to a workload that served for long without a request of the operator's. */
  @Test
  void whatRolledOutWhileNobodyLookedIsGivenItsTime() {
    String namespace = cluster.namespace("restart", Map.of());
    readyStack(namespace, "tracing");
    application.traced(false);
    labelledDeployment(namespace, "shop");
    awaitInjected(namespace, "shop");
    awaitState(namespace, "shop", "AwaitingPods");
    stop();
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()).readyFor(Duration.ofHours(1)));
    cluster.startOperator();

    awaitState(namespace, "shop", "AwaitingProof");
    assertThat(application.requests()).hasSize(1);
    clock.advance(Judgement.PROOF_TIMEOUT);
    touch(namespace, "shop");
    awaitState(namespace, "shop", "AgentNotStarted");
    passes.provoke("TracedWorkload", 2, () -> touch(namespace, "shop"));
    assertThat(template(namespace, "shop")).contains(Labels.INJECTED);
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

    stop();
    int mark = cluster.proxy().mark();
    double finished = passes.finished("TracedWorkload");
    cluster.startOperator();
    eventually().until(() -> passes.finished("TracedWorkload") > finished);
    passes.provoke("TracedWorkload", 2, () -> touch(namespace, "shop"));

    assertThat(cluster.proxy().writesSince(mark)).isEmpty();
    assertThat(template(namespace, "shop")).isEqualTo(template);
    assertThat(version(namespace)).isEqualTo(version);
  }

  /** Who is selected by a namespace's label alone is known later than the rest. */
  @Test
  void whatANamespaceSelectsStaysSelected() {
    String namespace = cluster.namespace("restart", Map.of(Labels.INJECT, "java"));
    readyStack(namespace, "tracing");
    apply(Manifests.deployment(namespace, "shop", application.port()));
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    awaitInjected(namespace, "shop");
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    awaitTraced(namespace, "shop");
    String uid = uid(namespace);
    String version = version(namespace);

    for (int i = 0; i < 3; i++) {
      stop();
      double finished = passes.finished("TracedWorkload");
      cluster.startOperator();
      eventually().until(() -> passes.finished("TracedWorkload") > finished);
    }

    assertThat(uid(namespace)).isEqualTo(uid);
    assertThat(version(namespace)).isEqualTo(version);
  }

  private String uid(String namespace) {
    return traced(namespace, "deployment-shop").orElseThrow().getMetadata().getUid();
  }

  private void stop() {
    passes.awaitNone();
    cluster.stopOperator();
  }

  private String version(String namespace) {
    return stored("deployments", namespace, "shop").at("/metadata/resourceVersion").asText();
  }
}
