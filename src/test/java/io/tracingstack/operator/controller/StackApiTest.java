package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.status.Conditions;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.OperatorTest;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The objects of a stack, and what its conditions say of them. */
@QuarkusTest
class StackApiTest extends OperatorTest {
  @AfterEach
  void noStacks() {
    deleteStacks();
    tempoOperator.install();
  }

  @Test
  void aStackMakesItsObjectsAndTwoReplicasABudget() {
    String namespace = cluster.namespace("stack", Map.of());
    apply(Manifests.stack(namespace, "tracing", "collector: {replicas: 2}"));
    tempoOperator.report(namespace, "tracing", "Ready", "");
    collectorUp(namespace, "tracing");
    awaitCondition(namespace, "tracing", ConditionType.READY, "True", "Ready");

    assertThat(configMap(namespace)).contains("tempo-tracing." + namespace + ".svc:4317");
    assertThat(serviceCount(namespace)).isEqualTo(2);
    eventually().until(() -> budget(namespace) != null);
    assertThat(statusOfStack(namespace, "tracing").lastCanary().outcome()).isEqualTo("Found");
    assertThat(statusOfStack(namespace, "tracing").endpoints().otlpHttp())
        .isEqualTo("http://tracing-collector." + namespace + ".svc:4318");

    apply(Manifests.stack(namespace, "tracing", "collector: {replicas: 1}"));
    eventually().until(() -> budget(namespace) == null);
  }

  @Test
  void anUnchangedWorldCostsNoWrites() {
    String namespace = cluster.namespace("stack", Map.of());
    readyStack(namespace, "tracing", "collector: {replicas: 2}");
    int settled = cluster.proxy().mark();
    passes.provoke(
        "TracingStack",
        10,
        () ->
            annotate(
                "services", namespace, "tracing-collector", "test/touch", "" + System.nanoTime()));
    assertThat(cluster.proxy().writesSince(settled)).isEmpty();
  }

  @Test
  void driftIsRepaired() {
    String namespace = cluster.namespace("stack", Map.of());
    readyStack(namespace, "tracing");
    String config = configMap(namespace);
    cluster
        .admin()
        .configMaps()
        .inNamespace(namespace)
        .withName("tracing-collector")
        .edit(m -> new ConfigMapBuilder(m).addToData("collector.yaml", "receivers: {}").build());
    cluster
        .admin()
        .services()
        .inNamespace(namespace)
        .withName("tracing-collector")
        .edit(
            s -> {
              s.getSpec().getPorts().remove(1);
              return s;
            });
    cluster
        .admin()
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName("tracing-collector")
        .scale(5);
    eventually()
        .untilAsserted(
            () -> {
              assertThat(configMap(namespace)).isEqualTo(config);
              assertThat(serviceCount(namespace)).isEqualTo(2);
              assertThat(
                      stored("deployments", namespace, "tracing-collector")
                          .at("/spec/replicas")
                          .asInt())
                  .isEqualTo(1);
            });
    cluster.admin().services().inNamespace(namespace).withName("tracing-collector").delete();
    eventually().until(() -> serviceCount(namespace) == 2);
  }

  @Test
  void aForeignObjectOfTheNameIsLeftAloneAndNamed() {
    String namespace = cluster.namespace("stack", Map.of());
    cluster
        .admin()
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName("tracing-collector")
                .withNamespace(namespace)
                .endMetadata()
                .addToData("mine", "yes")
                .build())
        .create();
    String path = "/api/v1/namespaces/" + namespace + "/configmaps/tracing-collector";
    String before = cluster.admin().raw(path);
    apply(Manifests.otlpStack(namespace, "tracing"));
    String message =
        awaitCondition(
            namespace, "tracing", ConditionType.COLLECTOR_READY, "False", "NameConflict");
    assertThat(message).contains("tracing-collector");
    assertThat(cluster.admin().raw(path)).isEqualTo(before);

    cluster.admin().configMaps().inNamespace(namespace).withName("tracing-collector").delete();
    eventually().until(() -> configMap(namespace).contains("receivers"));
  }

  @Test
  void tempoOperatorMayComeAndGo() {
    tempoOperator.uninstall();
    String namespace = cluster.namespace("stack", Map.of());
    apply(Manifests.stack(namespace, "tracing"));
    String message =
        awaitCondition(
            namespace, "tracing", ConditionType.BACKEND_READY, "False", "TempoOperatorMissing");
    assertThat(message).contains("tempomonolithics.tempo.grafana.com");
    collectorUp(namespace, "tracing");
    awaitCondition(namespace, "tracing", ConditionType.COLLECTOR_READY, "True", "Ready");

    tempoOperator.install();
    tempoOperator.report(namespace, "tracing", "Ready", "");
    awaitCondition(namespace, "tracing", ConditionType.READY, "True", "Ready");

    tempoOperator.uninstall();
    awaitCondition(
        namespace, "tracing", ConditionType.BACKEND_READY, "False", "TempoOperatorMissing");
    tempoOperator.install();
    tempoOperator.report(namespace, "tracing", "Ready", "");
    awaitCondition(namespace, "tracing", ConditionType.READY, "True", "Ready");
  }

  @Test
  void whatTempoOperatorReportsIsPassedOn() {
    String namespace = cluster.namespace("stack", Map.of());
    apply(Manifests.stack(namespace, "tracing"));
    tempoOperator.report(namespace, "tracing", "ConfigurationError", "no such Secret");
    String message =
        awaitCondition(namespace, "tracing", ConditionType.BACKEND_READY, "False", "BackendFailed");
    assertThat(message).contains("no such Secret");
    collectorUp(namespace, "tracing");
    awaitCondition(namespace, "tracing", ConditionType.COLLECTOR_READY, "True", "Ready");
    awaitCondition(namespace, "tracing", ConditionType.READY, "False", "BackendFailed");
  }

  @Test
  void aBackendThatChangesTakesItsTempoAway() {
    String namespace = cluster.namespace("stack", Map.of());
    readyStack(namespace, "tracing");
    apply(Manifests.otlpStack(namespace, "tracing"));
    awaitCondition(namespace, "tracing", ConditionType.BACKEND_READY, "True", "External");
    eventually().until(() -> tempoOperator.object(namespace, "tracing").get() == null);
    assertThat(configMap(namespace)).contains("traces.example.com");
  }

  @Test
  void aCanaryThatDoesNotComeBackNamesTheHop() {
    String namespace = cluster.namespace("stack", Map.of());
    telemetry.refuseCanaries();
    apply(Manifests.stack(namespace, "tracing"));
    tempoOperator.report(namespace, "tracing", "Ready", "");
    collectorUp(namespace, "tracing");
    awaitCondition(namespace, "tracing", ConditionType.PIPELINE_VERIFIED, "False", "CanaryRefused");

    telemetry.reset();
    telemetry.loseCanaries();
    nextCanary(namespace);
    awaitCondition(
        namespace, "tracing", ConditionType.PIPELINE_VERIFIED, "Unknown", "CanaryPending");
    clock.advance(Duration.ofSeconds(20));
    awaitCondition(namespace, "tracing", ConditionType.PIPELINE_VERIFIED, "False", "CanaryLost");

    nextCanary(namespace);
    awaitCondition(
        namespace, "tracing", ConditionType.PIPELINE_VERIFIED, "Unknown", "CanaryPending");
    counts.undelivered(3);
    clock.advance(Duration.ofSeconds(20));
    awaitCondition(
        namespace, "tracing", ConditionType.PIPELINE_VERIFIED, "False", "CanaryExportFailed");

    telemetry.reset();
    counts.undelivered(0);
    nextCanary(namespace);
    awaitCondition(namespace, "tracing", ConditionType.READY, "True", "Ready");
  }

  @Test
  void whatWasVerifiedStandsUntilTheNextCanaryFails() {
    String namespace = cluster.namespace("stack", Map.of());
    readyStack(namespace, "tracing");
    Condition before = pipelineVerified(namespace);
    telemetry.loseCanaries();
    clock.advance(Duration.ofMinutes(11));
    passes.provoke("TracingStack", 2, () -> nextCanary(namespace));
    assertThat(pipelineVerified(namespace)).isEqualTo(before);

    clock.advance(Duration.ofSeconds(20));
    nextCanary(namespace);
    awaitCondition(namespace, "tracing", ConditionType.PIPELINE_VERIFIED, "False", "CanaryLost");
  }

  private Condition pipelineVerified(String namespace) {
    return Conditions.find(
            statusOfStack(namespace, "tracing").conditions(), ConditionType.PIPELINE_VERIFIED)
        .orElseThrow();
  }

  /** Provokes a pass; a failed canary repeats itself at any. */
  private void nextCanary(String namespace) {
    controllers.rollOut(namespace, "tracing-collector", Pods.healthy(sha256()));
    annotate("services", namespace, "tracing-collector", "test/touch", "" + System.nanoTime());
  }

  private String configMap(String namespace) {
    var map =
        cluster.admin().configMaps().inNamespace(namespace).withName("tracing-collector").get();
    return map == null ? "" : map.getData().getOrDefault("collector.yaml", "");
  }

  private int serviceCount(String namespace) {
    var service =
        cluster.admin().services().inNamespace(namespace).withName("tracing-collector").get();
    return service == null ? 0 : service.getSpec().getPorts().size();
  }

  private PodDisruptionBudget budget(String namespace) {
    return cluster
        .admin()
        .policy()
        .v1()
        .podDisruptionBudget()
        .inNamespace(namespace)
        .withName("tracing-collector")
        .get();
  }
}
