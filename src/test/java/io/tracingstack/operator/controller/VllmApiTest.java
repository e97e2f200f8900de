package io.tracingstack.operator.controller;

import static io.tracingstack.operator.llamastack.ServerApi.INFERENCE_SERVICE;
import static io.tracingstack.operator.llamastack.ServerApi.LLM_INFERENCE_SERVICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.WorkloadRef;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.kube.WorkloadStore;
import io.tracingstack.operator.llamastack.ServerApi;
import io.tracingstack.operator.status.Conditions;
import io.tracingstack.operator.testing.LlamaStackOperators;
import io.tracingstack.operator.testing.OperatorTest;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import io.tracingstack.operator.testing.TestStacks;
import io.tracingstack.operator.vllm.VllmInjection;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Model servers in a real API server; KServe's controllers are stand-ins. */
@QuarkusTest
class VllmApiTest extends OperatorTest {
  private static final String FLAG =
      "--otlp-traces-endpoint=http://everywhere-collector.platform.svc:4318/v1/traces";

  private static final String MANIFEST =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: granite, namespace: %s}
      spec:
        replicas: 1
        selector: {matchLabels: {app: granite}}
        template:
          metadata: {labels: {app: granite}}
          spec:
            containers:
              - name: vllm
                image: vllm/vllm-openai:v0.11.0
                %s
                readinessProbe: {httpGet: {path: /health, port: %d}}
      """;

  @Inject LlamaStackOperators operators;
  @Inject WorkloadStore workloads;

  @BeforeAll
  void serve() {
    clusterWideStack();
  }

  @Test
  void anArgumentComesAndGoesAndIsProvenByServedRequests() {
    String namespace = deployed("args: [--model, org/granite]");
    String before = template(namespace, "granite");
    String owners = ownersOfArguments(namespace);

    labelVllm(namespace);
    awaitInjected(namespace, "granite");
    assertThat(arguments(namespace)).containsExactly("--model", "org/granite", FLAG);
    assertThat(template(namespace, "granite")).doesNotContain("initContainers", "volumeMounts");
    controllers.rollOut(namespace, "granite", Pods.healthy(sha256()));
    awaitState(namespace, "granite", "AwaitingProof");
    clock.advance(Duration.ofSeconds(30));
    touch(namespace, "granite");
    awaitState(namespace, "granite", "AwaitingTraffic");
    assertThat(statusOf(namespace, "granite").message()).contains("vLLM makes one for each");
    assertThat(application.requests()).isEmpty();
    assertThat(
            Conditions.find(
                    statusOf(namespace, "granite").conditions(), ConditionType.AGENT_VERIFIED)
                .map(c -> c.getReason()))
        .contains("NoAgentNeeded");

    String revision = statusOf(namespace, "granite").revision();
    store.add("c".repeat(32), revision, "");
    counts.count(revision, 1);
    touch(namespace, "granite");
    awaitState(namespace, "granite", "Traced");

    unlabel(namespace);
    assertThat(template(namespace, "granite")).isEqualTo(before);
    assertThat(ownersOfArguments(namespace)).isEqualTo(owners).contains("kubectl");
    assertThat(managedByUs("deployments", namespace, "granite")).isFalse();
  }

  @Test
  void anImageThatDoesNotStartWithTheFlagGetsItsArgumentsBack() {
    String namespace = deployed("args: [--model, org/granite]");
    String before = template(namespace, "granite");
    labelVllm(namespace);
    awaitInjected(namespace, "granite");

    controllers.rollOut(namespace, "granite", Pods.failing(sha256(), "CrashLoopBackOff", "Error"));
    eventually().until(() -> statusOf(namespace, "granite").reverted() != null);
    eventually().until(() -> template(namespace, "granite").equals(before));
    controllers.rollOut(namespace, "granite", Pods.healthy(sha256()));
    awaitState(namespace, "granite", "Reverted");

    assertThat(statusOf(namespace, "granite").reverted().reason()).isEqualTo("CrashLoop");
    assertThat(statusOf(namespace, "granite").reverted().message()).contains("container vllm");
    unlabel(namespace);
  }

  @Test
  void aCommandWithoutArgumentsGetsOneAndLosesItAgain() {
    String namespace = deployed("command: [vllm, serve, org/granite]");
    String before = template(namespace, "granite");

    labelVllm(namespace);
    awaitInjected(namespace, "granite");
    assertThat(arguments(namespace)).containsExactly(FLAG);

    unlabel(namespace);
    assertThat(template(namespace, "granite")).isEqualTo(before);
  }

  @Test
  void argumentsThatTheUserWritesAnewKeepTheirsAndGetOurs() {
    String namespace = deployed("args: [--model, org/granite]");
    labelVllm(namespace);
    awaitInjected(namespace, "granite");

    kubectlApply(namespace, "args: [--model, org/granite, --port, \"8000\"]");
    eventually()
        .untilAsserted(
            () -> {
              settle("deployments", namespace, "granite");
              assertThat(arguments(namespace))
                  .containsExactly("--model", "org/granite", "--port", "8000", FLAG);
            });

    unlabel(namespace);
    assertThat(arguments(namespace)).containsExactly("--model", "org/granite", "--port", "8000");
  }

  @Test
  void whoTakesTheArgumentBackThreeTimesWins() {
    String namespace = deployed("args: [--model, org/granite]");
    labelVllm(namespace);
    for (int i = 0; i < 3; i++) {
      eventually()
          .untilAsserted(
              () -> {
                settle("deployments", namespace, "granite");
                assertThat(arguments(namespace)).contains(FLAG);
              });
      eventually()
          .until(
              () ->
                  Conditions.isTrue(
                      statusOf(namespace, "granite").conditions(), ConditionType.INJECTED));
      kubectlApply(namespace, "args: [--model, org/granite]");
    }
    awaitState(namespace, "granite", "Fighting");
    unlabel(namespace);
    assertThat(arguments(namespace)).containsExactly("--model", "org/granite");
  }

  @Test
  void argumentsAppliedServerSideAreLeftAndTheLineIsTold() {
    String namespace = cluster.namespace("vllm", Map.of());
    cluster
        .admin()
        .resource(manifest(namespace, "args: [--model, org/granite]"))
        .fieldManager("flux")
        .serverSideApply();
    controllers.rollOut(namespace, "granite", Pods.healthy(sha256()));
    String before = template(namespace, "granite");

    labelVllm(namespace);
    awaitState(namespace, "granite", "ArgumentNeeded");

    assertThat(statusOf(namespace, "granite").message()).contains("flux", "add " + FLAG);
    assertThat(template(namespace, "granite")).isEqualTo(before);
  }

  @Test
  void aShellIsToldTheLineAndTracedOnceItIsThere() {
    String namespace = deployed("command: [sh, -c, \"exec vllm serve org/granite\"]");
    labelVllm(namespace);
    awaitState(namespace, "granite", "ArgumentNeeded");

    kubectlApply(namespace, "command: [sh, -c, \"exec vllm serve org/granite " + FLAG + "\"]");
    awaitInjected(namespace, "granite");

    assertThat(template(namespace, "granite"))
        .contains("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
        .doesNotContain("\"args\":");
    unlabel(namespace);
  }

  @Test
  void argumentsThatChangedSinceTheyWereReadAreNotOverwritten() {
    // Given: what is to be written was worked out from the former arguments
    String namespace = deployed("args: [--model, org/granite]");
    WorkloadRef ref = new WorkloadRef("apps/v1", "Deployment", "granite", null);
    WorkloadStore.Stored read = workloads.get(namespace, ref).orElseThrow();
    InjectionPlan plan =
        VllmInjection.decide(
                "journey",
                read.view(),
                TestStacks.plan("{}").instrumentation(),
                EnvFromNames.NONE,
                new VllmInjection.Facts(Optional.empty(), Map.of(), Map.of()))
            .plan()
            .orElseThrow();
    kubectlApply(namespace, "args: [--model, org/other]");

    // When, Then
    assertThatThrownBy(() -> workloads.inject(namespace, ref, read, plan))
        .isInstanceOf(KubernetesClientException.class);
    assertThat(arguments(namespace)).containsExactly("--model", "org/other");
  }

  @Test
  void serversOfKServeAreToldTheLinesAndNeverWritten() {
    told(INFERENCE_SERVICE, "spec: {predictor: {model: {args: [" + FLAG + "]");
    told(LLM_INFERENCE_SERVICE, "spec: {tracing: {exporterEndpoint:");
  }

  private void told(ServerApi api, String lines) {
    operators.install(api);
    String namespace = cluster.namespace("kserve", Map.of());
    operators.serve(api, namespace, "granite", "  - {name: X, value: y}", "args: [--model, m]");
    String before = template(namespace, "granite");

    operators.label(api, namespace, "granite", Labels.INJECT, "vllm");
    awaitState(namespace, "granite", "ManagedByKServe");
    assertThat(statusOf(namespace, "granite").message())
        .contains(api.kind() + "/granite")
        .contains(lines);
    assertThat(template(namespace, "granite")).isEqualTo(before);

    operators.label(api, namespace, "granite", Labels.INJECT, "llamastack");
    awaitState(namespace, "granite", "UnsupportedLanguage");
    operators.label(api, namespace, "granite", Labels.INJECT, null);
    eventually().until(() -> traced(namespace, "deployment-granite").isEmpty());

    label("namespaces", null, namespace, Labels.INJECT, "vllm");
    awaitState(namespace, "granite", "ManagedByKServe");
    label("namespaces", null, namespace, Labels.INJECT, null);
    eventually().until(() -> traced(namespace, "deployment-granite").isEmpty());
    operators.uninstall(api);
  }

  private String deployed(String lines) {
    String namespace = cluster.namespace("vllm", Map.of());
    kubectlApply(namespace, lines);
    controllers.rollOut(namespace, "granite", Pods.healthy(sha256()));
    return namespace;
  }

  private void kubectlApply(String namespace, String lines) {
    cluster.kubectl().runWith(manifest(namespace, lines), "-n", namespace, "apply", "-f", "-");
  }

  private String manifest(String namespace, String lines) {
    return MANIFEST.formatted(namespace, lines, application.port());
  }

  private void labelVllm(String namespace) {
    label("deployments", namespace, "granite", Labels.INJECT, "vllm");
  }

  private void unlabel(String namespace) {
    label("deployments", namespace, "granite", Labels.INJECT, null);
    eventually().until(() -> traced(namespace, "deployment-granite").isEmpty());
  }

  private List<String> arguments(String namespace) {
    return cluster
        .admin()
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName("granite")
        .get()
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .get(0)
        .getArgs();
  }

  /** The managers whose entries have the arguments. */
  private String ownersOfArguments(String namespace) {
    StringBuilder owners = new StringBuilder();
    for (JsonNode entry :
        stored("deployments", namespace, "granite").at("/metadata/managedFields")) {
      if (entry.toString().contains("\"f:args\"")) {
        owners.append(entry.get("manager").asText()).append(' ');
      }
    }
    return owners.toString();
  }
}
