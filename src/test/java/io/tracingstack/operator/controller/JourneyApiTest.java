package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Proof;
import io.tracingstack.operator.status.Conditions;
import io.tracingstack.operator.testing.Exchange;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.OperatorTest;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import io.tracingstack.operator.verification.Judgement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
class JourneyApiTest extends OperatorTest {
  private static final Logger LOG = Logger.getLogger(JourneyApiTest.class);

  /** From the label to the proof; a rollout over five thousand workloads multiplies it. */
  private static final int MOST_WRITES = 12;

  private static final Duration LONG = Duration.ofMinutes(2);

  @BeforeAll
  void serve() {
    clusterWideStack();
  }

  @Test
  void aReadinessRequestProvesAWorkloadWithFewWritesAndThenWithNone() {
    String namespace = cluster.namespace("journey", Map.of());
    readyStack(namespace, "tracing");
    apply(Manifests.deployment(namespace, "shop", application.port()));
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    int label = cluster.proxy().mark();
    label("deployments", namespace, "shop", Labels.INJECT, "java");
    awaitTraced(namespace, "shop");
    eventually().until(() -> "1/1".equals(statusOfStack(namespace, "tracing").traced()));

    assertThat(application.requests()).contains("/ready");
    Proof proof = statusOf(namespace, "shop").proof();
    assertThat(proof.witness()).isEqualTo("ProofRequest");
    assertThat(proof.traceId()).hasSize(32);
    assertThat(statusOf(namespace, "shop").conditions())
        .extracting(Condition::getType)
        .containsExactly(
            "Selected",
            "Preflight",
            "Admitted",
            "Injected",
            "AgentVerified",
            "RolledOut",
            "Traced");
    assertThat(statusOf(namespace, "shop").conditions())
        .allSatisfy(c -> assertThat(c.getStatus()).as(c.getType()).isEqualTo("True"));
    List<Exchange> writes = cluster.proxy().writesSince(label);
    LOG.infof("writes from the label to Traced: %d%s", writes.size(), lines(writes));
    assertThat(writes).hasSizeLessThanOrEqualTo(MOST_WRITES);

    int arrived = cluster.proxy().mark();
    passes.provoke("TracedWorkload", 10, () -> touch(namespace, "shop"));
    assertThat(cluster.proxy().writesSince(arrived)).isEmpty();
  }

  @Test
  void aStatefulSetIsProvenToo() {
    String namespace = cluster.namespace("journey", Map.of());
    apply(Manifests.statefulSet(namespace, "db", application.port()));
    label("statefulsets", namespace, "db", Labels.INJECT, "java");
    awaitInjected("statefulsets", namespace, "db");
    controllers.rollOutSet(namespace, "db", Pods.healthy(sha256()));
    eventually()
        .until(
            () ->
                traced(namespace, "statefulset-db")
                    .filter(tw -> tw.getStatus() != null)
                    .filter(tw -> "Traced".equals(tw.getStatus().state()))
                    .isPresent());
  }

  @Test
  void aSpanFoundBySearchProvesAWorkloadThatJoinsNoTrace() {
    String namespace = cluster.namespace("journey", Map.of());
    application.traced(false);
    labelledDeployment(namespace, "shop");
    awaitInjected(namespace, "shop");
    String revision = revision(namespace, "shop");
    store.add("0123456789abcdef0123456789abcdef", revision, "");
    counts.count(revision, 3);
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    awaitState(namespace, "shop", "Traced");
    assertThat(statusOf(namespace, "shop").proof().witness()).isEqualTo("StoreSearch");
    assertThat(statusOf(namespace, "shop").proof().traceId())
        .isEqualTo("0123456789abcdef0123456789abcdef");
  }

  @Test
  void theCollectorsCountProvesAWorkloadWhereTheBackendCannotBeRead() {
    String namespace = cluster.namespace("journey", Map.of());
    apply(Manifests.otlpStack(namespace, "tracing"));
    collectorUp(namespace, "tracing");
    labelledDeployment(namespace, "shop");
    awaitInjected(namespace, "shop");
    counts.count(revision(namespace, "shop"), 7);
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    awaitState(namespace, "shop", "Traced");
    Proof proof = statusOf(namespace, "shop").proof();
    assertThat(proof.witness()).isEqualTo("CollectorCount");
    assertThat(proof.spans()).isEqualTo(7);
    assertThat(statusOf(namespace, "shop").message()).contains("the backend cannot be read");
  }

  @ParameterizedTest
  @CsvSource({
    "agent, 0bad, DigestMismatch, DigestMismatch",
    "noop, 0bad, NoSpace, FellBackToNoop",
    "none, 0bad, ReadOnly, FellBackToNoop"
  })
  void aReportThatIsNotTheExpectedAgentIsShown(
      String installed, String digest, String reason, String state) {
    String namespace = cluster.namespace("journey", Map.of());
    labelledDeployment(namespace, "shop");
    awaitInjected(namespace, "shop");
    controllers.rollOut(namespace, "shop", Pods.unverified(installed, digest, reason));
    awaitState(namespace, "shop", state);
    assertThat(status(namespace, ConditionType.AGENT_VERIFIED)).isEqualTo("False");
    eventually().until(() -> status(namespace, ConditionType.ROLLED_OUT).equals("True"));
    assertThat(application.requests()).isEmpty();
  }

  @Test
  void anotherAgentThanTheOneAskedForIsShownEvenWhenItsImageVouchesForIt() {
    String namespace = cluster.namespace("journey", Map.of());
    labelledDeployment(namespace, "shop");
    awaitInjected(namespace, "shop");
    controllers.rollOut(namespace, "shop", Pods.healthy("0".repeat(64)));
    awaitState(namespace, "shop", "DigestMismatch");
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()).reporting("Killed"));
    awaitState(namespace, "shop", "NoReport");
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    awaitState(namespace, "shop", "Traced");
  }

  @Test
  void withoutTrafficAWorkloadWaitsAndIsProvenByItsFirstRequest() {
    String namespace = cluster.namespace("journey", Map.of());
    apply(Manifests.withoutProbe(Manifests.deployment(namespace, "batch", application.port())));
    label("deployments", namespace, "batch", Labels.INJECT, "java");
    awaitInjected(namespace, "batch");
    controllers.rollOut(namespace, "batch", Pods.healthy(sha256()).readyFor(LONG));
    awaitState(namespace, "batch", "AwaitingTraffic");

    String revision = revision(namespace, "batch");
    store.add("0123456789abcdef0123456789abcde0", revision, "");
    counts.count(revision, 1);
    touch(namespace, "batch");
    awaitState(namespace, "batch", "Traced");
  }

  @Test
  void anUnreachableStoreIsSaidAndHeals() {
    String namespace = cluster.namespace("journey", Map.of());
    store.reachable(false);
    labelledDeployment(namespace, "shop");
    awaitInjected(namespace, "shop");
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()).readyFor(LONG));
    awaitState(namespace, "shop", "StoreUnreachable");
    store.reachable(true);
    touch(namespace, "shop");
    awaitState(namespace, "shop", "Traced");
  }

  @Test
  void anUnreachableCollectorIsSaidAndHeals() {
    String namespace = cluster.namespace("journey", Map.of());
    counts.reachable(false);
    application.traced(false);
    labelledDeployment(namespace, "shop");
    awaitInjected(namespace, "shop");
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()).readyFor(LONG));
    awaitState(namespace, "shop", "CollectorUnreachable");
    counts.reachable(true);
    String revision = revision(namespace, "shop");
    counts.count(revision, 1);
    clock.advance(Judgement.PROOF_TIMEOUT);
    touch(namespace, "shop");
    awaitState(namespace, "shop", "NotInStore");
    store.add("0123456789abcdef0123456789abcde1", revision, "");
    touch(namespace, "shop");
    awaitState(namespace, "shop", "Traced");
  }

  @Test
  void anImageOfTheOwnersThatCannotBePulledIsShownAndStaysTheirs() {
    String namespace = cluster.namespace("journey", Map.of());
    labelledDeployment(namespace, "shop");
    awaitInjected(namespace, "shop");
    controllers.rollOut(namespace, "shop", Pods.failing(sha256(), "ImagePullBackOff", ""));
    awaitState(namespace, "shop", "WorkloadUnhealthy");
    assertThat(statusOf(namespace, "shop").message()).startsWith("ImagePull: ");
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    awaitState(namespace, "shop", "Traced");
  }

  @Test
  void aNewPodTemplateIsProvenAnew() {
    String namespace = cluster.namespace("journey", Map.of());
    labelledDeployment(namespace, "shop");
    awaitTraced(namespace, "shop");
    String former = statusOf(namespace, "shop").proof().templateRevision();
    cluster.kubectl().run("-n", namespace, "set", "image", "deployment/shop", "app=shop:2");
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    eventually()
        .untilAsserted(
            () -> {
              assertThat(statusOf(namespace, "shop").state()).isEqualTo("Traced");
              assertThat(statusOf(namespace, "shop").proof().templateRevision())
                  .isNotEqualTo(former);
            });
  }

  private String status(String namespace, ConditionType type) {
    return Conditions.find(statusOf(namespace, "shop").conditions(), type)
        .map(Condition::getStatus)
        .orElse("absent");
  }

  private static String lines(List<Exchange> exchanges) {
    StringBuilder lines = new StringBuilder();
    exchanges.forEach(e -> lines.append("\n  ").append(e));
    return lines.toString();
  }
}
