package io.tracingstack.operator.controller;

import static io.tracingstack.operator.llamastack.ServerApi.LLAMA_STACK_DISTRIBUTION;
import static io.tracingstack.operator.llamastack.ServerApi.OGX_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.LlamaStackStatus;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.status.Conditions;
import io.tracingstack.operator.testing.LlamaStackOperators;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.OperatorTest;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * LlamaStack servers in a real API server; their operators are stand-ins that write as the real
 * ones are known to.
 */
@QuarkusTest
class LlamaStackApiTest extends OperatorTest {
  private static final String MARK = "a".repeat(12);

  private static final String STARTER =
      """
      {"version":"0.4.4","before":{"sha256":"","checks":{}},"after":{"sha256":"","checks":{}},\
      "applied":false,"reason":"StarterInstalled","message":"packages are there","handsOn":false}""";

  private static final String LACKS =
      STARTER
          .replace("StarterInstalled", "NoInstrumentation")
          .replace("packages are there", "the image lacks opentelemetry-distro");

  @Inject LlamaStackOperators operators;

  @BeforeAll
  void serve() {
    operators.install(LLAMA_STACK_DISTRIBUTION);
    clusterWideStack();
  }

  @AfterAll
  void noServers() {
    operators.uninstall(LLAMA_STACK_DISTRIBUTION);
  }

  @AfterEach
  void realTime() {
    clock.reset();
  }

  @Test
  void aLabelledServersDeploymentIsTracedAndBecomesWhatItWas() {
    String namespace = served();
    String before = template(namespace, "assistant");
    application.marked(MARK);
    label(namespace, "llamastack");
    int labelled = generation(namespace);
    awaitInjected(namespace, "assistant");
    // Beside the process that answers the proof request, another one has made a trace.
    store.add("c".repeat(32), revision(namespace, "assistant"), "", MARK, "18");
    controllers.rollOut(
        namespace, "assistant", Pods.healthy("").reporting(LlamaStackOperators.REPAIR_APPLIED));
    awaitState(namespace, "assistant", "Traced");

    assertThat(application.requests()).contains("/v1/health");
    assertThat(reason(namespace, ConditionType.AGENT_VERIFIED)).isEqualTo("RepairApplied");
    LlamaStackStatus status = statusOf(namespace, "assistant").llamaStack();
    assertThat(status.owner()).isEqualTo("LlamaStackDistribution/assistant");
    assertThat(status.version() + " by " + status.versionSource()).isEqualTo("0.3.5 by ImageTag");
    assertThat(status.action()).isEqualTo("Patch");
    assertThat(status.patch().applied()).isTrue();
    assertThat(status.patch().running()).isEqualTo("Confirmed");
    assertThat(status.patch().workers()).isEqualTo(2);
    assertThat(status.patch().checks()).containsEntry("requests", "failed -> passed");

    String injected = template(namespace, "assistant");
    operators.render(LLAMA_STACK_DISTRIBUTION, namespace, "assistant", "x/llama-stack:0.3.5");
    touch(namespace, "assistant");
    assertThat(template(namespace, "assistant")).isEqualTo(injected);

    label(namespace, null);
    assertThat(generation(namespace)).isEqualTo(labelled);
    eventually().until(() -> traced(namespace, "deployment-assistant").isEmpty());
    assertThat(template(namespace, "assistant")).isEqualTo(before);
    assertThat(managedByUs("deployments", namespace, "assistant")).isFalse();
  }

  @Test
  void whatTheSpansDoNotSayIsNotClaimed() {
    String namespace = served();
    label(namespace, "llamastack");
    awaitInjected(namespace, "assistant");
    controllers.rollOut(
        namespace, "assistant", Pods.healthy("").reporting(LlamaStackOperators.REPAIR_APPLIED));
    awaitState(namespace, "assistant", "Traced");
    LlamaStackStatus.Patch patch = statusOf(namespace, "assistant").llamaStack().patch();
    assertThat(patch.applied()).isTrue();
    assertThat(patch.running()).isEqualTo("Unknown");
  }

  @Test
  void aServerWithNothingToRepairIsTracedAsItIs() {
    String namespace = served();
    label(namespace, "llamastack");
    awaitInjected(namespace, "assistant");
    controllers.rollOut(namespace, "assistant", Pods.healthy("").reporting(STARTER));
    awaitState(namespace, "assistant", "Traced");
    assertThat(reason(namespace, ConditionType.AGENT_VERIFIED)).isEqualTo("PatchNotApplicable");
    assertThat(statusOf(namespace, "assistant").llamaStack().patch().reason())
        .isEqualTo("StarterInstalled");
    assertThat(statusOf(namespace, "assistant").llamaStack().propagationMessage())
        .contains("lacks opentelemetry-instrumentation-httpx");
  }

  @Test
  void aServerThatItsImageCannotTraceIsPutBackAndToldWhatItLacks() {
    String namespace = served();
    String before = template(namespace, "assistant");
    label(namespace, "llamastack");
    awaitInjected(namespace, "assistant");
    controllers.rollOut(
        namespace, "assistant", Pods.healthy("").reporting(LACKS).readyFor(Duration.ofHours(1)));
    awaitState(namespace, "assistant", "NoInstrumentationInImage");
    clock.advance(Duration.ofMinutes(6));
    touch(namespace, "assistant");
    eventually().until(() -> template(namespace, "assistant").equals(before));
    TracedWorkloadStatus.Reverted reverted = statusOf(namespace, "assistant").reverted();
    assertThat(reverted.reason()).isEqualTo("NoInstrumentationInImage");
    assertThat(reverted.message()).contains("opentelemetry-distro");
    assertThat(reverted.counted()).isFalse();
  }

  @Test
  void aDeploymentThatItsOperatorMakesAnewGoesItsOwnJourney() {
    String namespace = served();
    label(namespace, "llamastack");
    awaitInjected(namespace, "assistant");
    String former = uid(namespace);
    cluster.admin().apps().deployments().inNamespace(namespace).withName("assistant").delete();
    eventually().until(() -> deployment(namespace) == null);
    operators.create(LLAMA_STACK_DISTRIBUTION, namespace, "assistant");
    awaitInjected(namespace, "assistant");
    assertThat(uid(namespace)).isNotEqualTo(former);
    eventually()
        .until(
            () ->
                traced(namespace, "deployment-assistant")
                    .filter(tw -> uid(namespace).equals(tw.getSpec().workload().uid()))
                    .isPresent());
  }

  @Test
  void theStacksSelectorChoosesServersAndTheirLabelOptsOut() {
    String namespace = cluster.namespace("llama", Map.of());
    readyStack(namespace, "tracing", "llamaStack: {selector: {matchLabels: {team: search}}}");
    serve(namespace, "assistant");
    serve(namespace, "other");
    operators.label(LLAMA_STACK_DISTRIBUTION, namespace, "assistant", "team", "search");
    awaitInjected(namespace, "assistant");
    assertThat(traced(namespace, "deployment-other")).isEmpty();
    label(namespace, "false");
    eventually().until(() -> traced(namespace, "deployment-assistant").isEmpty());
    assertThat(template(namespace, "assistant")).doesNotContain("tracingstack");
  }

  @Test
  void aNamespacesLabelIsForServersOnly() {
    String namespace = cluster.namespace("llama", Map.of(Labels.INJECT, "llamastack"));
    apply(Manifests.deployment(namespace, "database", 5432));
    serve(namespace, "assistant");
    awaitInjected(namespace, "assistant");
    assertThat(traced(namespace, "deployment-database")).isEmpty();
    label("namespaces", null, namespace, Labels.INJECT, null);
    eventually().until(() -> traced(namespace, "deployment-assistant").isEmpty());
  }

  @Test
  void aKindThatAppearsLaterIsFollowedAndOneThatVanishesIsLetGo() {
    operators.install(OGX_SERVER);
    String namespace = cluster.namespace("llama", Map.of());
    operators.serve(OGX_SERVER, namespace, "assistant");
    operators.label(OGX_SERVER, namespace, "assistant", Labels.INJECT, "llamastack");
    String before = template(namespace, "assistant");
    awaitInjected(namespace, "assistant");

    operators.uninstall(OGX_SERVER);
    eventually().until(() -> traced(namespace, "deployment-assistant").isEmpty());
    assertThat(template(namespace, "assistant")).isEqualTo(before);

    operators.install(OGX_SERVER);
    cluster.admin().apps().deployments().inNamespace(namespace).withName("assistant").delete();
    operators.serve(OGX_SERVER, namespace, "assistant");
    operators.label(OGX_SERVER, namespace, "assistant", Labels.INJECT, "llamastack");
    awaitInjected(namespace, "assistant");
    operators.uninstall(OGX_SERVER);
    eventually().until(() -> traced(namespace, "deployment-assistant").isEmpty());
  }

  @Test
  void whatTheUserSetsInTheServerWins() {
    String namespace = cluster.namespace("llama", Map.of());
    String mine = "  - {name: OTEL_SERVICE_NAME, value: mine}";
    operators.serve(LLAMA_STACK_DISTRIBUTION, namespace, "assistant", mine);
    label(namespace, "llamastack");
    awaitInjected(namespace, "assistant");
    operators.render(LLAMA_STACK_DISTRIBUTION, namespace, "assistant", "x/llama-stack:0.3.5", mine);
    assertThat(template(namespace, "assistant"))
        .containsOnlyOnce("\"OTEL_SERVICE_NAME\"")
        .contains("\"mine\"")
        .contains("OTEL_EXPORTER_OTLP_ENDPOINT");
  }

  @Test
  void aVolumeThatOneNodeMayHaveIsNotRestartedIntoADeadlock() {
    String namespace = cluster.namespace("llama", Map.of());
    serve(namespace, "assistant");
    operators.mountClaim(namespace, "assistant");
    controllers.rollOut(namespace, "assistant", Pods.healthy(""));
    label(namespace, "llamastack");
    awaitState(namespace, "assistant", "VolumeDeadlock");
    assertThat(statusOf(namespace, "assistant").message()).contains("assistant-pvc", "Recreate");

    operators
        .server(LLAMA_STACK_DISTRIBUTION, namespace, "assistant")
        .edit(
            s -> {
              s.getMetadata().setAnnotations(Map.of(Labels.ACCEPT_RISK, "VolumeDeadlock"));
              return s;
            });
    awaitInjected(namespace, "assistant");
  }

  @Test
  void aModelServiceThatDoesNotExistIsToldAndKeepsNobodyFromTracing() {
    String namespace = cluster.namespace("llama", Map.of());
    operators.serve(
        LLAMA_STACK_DISTRIBUTION,
        namespace,
        "assistant",
        "  - {name: VLLM_URL, value: \"http://granite-predictor:8080/v1\"}");
    label(namespace, "llamastack");
    awaitInjected(namespace, "assistant");
    eventually()
        .until(
            () ->
                String.valueOf(statusOf(namespace, "assistant").llamaStack())
                    .contains("granite-predictor, which does not exist"));
  }

  @Test
  void whatTheServerLeansOnIsToldBeforeAnythingIsWritten() {
    String namespace = cluster.namespace("llama", Map.of());
    apply(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: granite, namespace: %s}
        spec: {ports: [{port: 8080}]}
        """
            .formatted(namespace));
    apply(
        """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: closed, namespace: %s}
        spec: {podSelector: {}, policyTypes: [Egress]}
        """
            .formatted(namespace));
    operators.serve(
        LLAMA_STACK_DISTRIBUTION,
        namespace,
        "assistant",
        "  - {name: VLLM_URL, value: \"http://granite:8080/v1\"}",
        "  - {name: MODEL, valueFrom: {configMapKeyRef: {name: settings, key: model}}}",
        "  - {name: POSTGRES_USER, valueFrom: {secretKeyRef: {name: postgres-secret, key: user}}}");
    controllers.rollOut(
        namespace,
        "assistant",
        Pods.failing("", "CreateContainerConfigError: secret \"postgres-secret\" not found", ""));

    label(namespace, "llamastack");
    awaitState(namespace, "assistant", "WorkloadUnhealthy");

    assertThat(statusOf(namespace, "assistant").message()).contains("postgres-secret");
    assertThat(String.join("\n", statusOf(namespace, "assistant").llamaStack().warnings()))
        .contains(
            "granite, which has no pod that is ready",
            "MODEL takes key model of ConfigMap settings, which does not exist",
            "POSTGRES_USER takes key user of Secret postgres-secret, which the kubelet does not find",
            "NetworkPolicy closed",
            "kubernetes.io/metadata.name: platform");
    assertThat(template(namespace, "assistant")).doesNotContain("tracingstack");
  }

  @Test
  void anotherLanguageOnAServerIsSaid() {
    String namespace = served();
    label(namespace, "java");
    awaitState(namespace, "assistant", "UnsupportedLanguage");
    assertThat(template(namespace, "assistant")).doesNotContain("tracingstack");
  }

  private String served() {
    String namespace = cluster.namespace("llama", Map.of());
    serve(namespace, "assistant");
    return namespace;
  }

  private void serve(String namespace, String name) {
    operators.serve(LLAMA_STACK_DISTRIBUTION, namespace, name);
  }

  private void label(String namespace, String value) {
    operators.label(LLAMA_STACK_DISTRIBUTION, namespace, "assistant", Labels.INJECT, value);
  }

  private int generation(String namespace) {
    GenericKubernetesResource server =
        operators.server(LLAMA_STACK_DISTRIBUTION, namespace, "assistant").get();
    assertThat(server.getMetadata().getManagedFields().toString())
        .doesNotContain("tracingstack-inject", "tracingstack-operator");
    return server.getMetadata().getGeneration().intValue();
  }

  private Deployment deployment(String namespace) {
    return cluster.admin().apps().deployments().inNamespace(namespace).withName("assistant").get();
  }

  private String uid(String namespace) {
    return deployment(namespace).getMetadata().getUid();
  }

  private String reason(String namespace, ConditionType type) {
    return Conditions.find(statusOf(namespace, "assistant").conditions(), type)
        .map(c -> c.getReason())
        .orElse("absent");
  }
}
