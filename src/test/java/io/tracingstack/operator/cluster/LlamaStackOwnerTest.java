package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A LlamaStackDistribution's operator goes on writing the Deployment we write: both keep what is
 * theirs. The definition is the real one; the operator is a {@link LlamaStackOperator}.
 */
@ClusterTest
class LlamaStackOwnerTest {
  private static final String DEFINITION =
      "target/llamastack/llamastack.io_llamastackdistributions.yaml";

  private static final String DISTRIBUTION =
      """
      apiVersion: llamastack.io/v1alpha1
      kind: LlamaStackDistribution
      metadata: {name: assistant, namespace: %s}
      spec:
        replicas: 1
        server:
          distribution: {image: "%s"}
          containerSpec:
            port: 8321
            env: [{name: VLLM_URL, value: "http://vllm:8000/v1"}]
      """;

  private final Sandbox sandbox;
  private final SharedStack stack;

  LlamaStackOwnerTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @BeforeAll
  void define() {
    LlamaStackServer.define(DEFINITION);
  }

  @AfterAll
  void undefine() {
    Cluster.kubectl("delete", "--wait=false", "-f", DEFINITION);
  }

  @Test
  void bothKeepWhatIsTheirsHoweverTheOwnerWrites() {
    // Given
    String namespace = sandbox.servedBy(stack);
    LlamaStackServer.prepare(namespace);
    Cluster.kubectlWithInput(
        DISTRIBUTION.formatted(namespace, LlamaStackServer.image(LlamaStackServer.V0_3_5)),
        "apply",
        "-f",
        "-");
    LlamaStackOperator owner = new LlamaStackOperator(namespace, "assistant");
    owner.reconcile();
    owner.reconcile();
    Workload server = new Workload(namespace, "Deployment", "assistant").awaitRolledOut();
    String before = server.template();
    JsonNode distributionBefore = distribution(namespace);

    // When
    label(namespace, Labels.INJECT + "=" + Labels.INJECT_LLAMA_STACK);

    // Then
    TracedWorkload tw = server.awaitTraced();
    assertRepaired(tw);
    assertThat(tw.getStatus().llamaStack().owner()).isEqualTo("LlamaStackDistribution/assistant");
    server.assertTraceInTempo(SharedStack.NAMESPACE, SharedStack.NAME, tw);

    // When: the owner looks again
    String injected = server.template();
    owner.reconcile();
    owner.reconcile();

    // Then
    assertThat(server.template()).isEqualTo(injected);

    // When: its user changes the distribution, and brings a configuration
    patch(
        namespace,
        """
        {"spec":{"server":{"userConfig":{"configMapName":"own-config"},
        "containerSpec":{"env":[{"name":"VLLM_URL","value":"http://vllm:8000/v1"},
        {"name":"ADDED","value":"yes"}]}}}}""");
    ownConfig(namespace);
    owner.reconcile();

    // Then
    assertRepaired(server.awaitTraced());
    assertThat(server.env("ADDED")).contains("yes");
    assertThat(server.template()).contains("own-config");

    // When: and takes it back, upon which the owner replaces the whole Deployment
    patch(
        namespace,
        """
        {"spec":{"server":{"userConfig":null,
        "containerSpec":{"env":[{"name":"VLLM_URL","value":"http://vllm:8000/v1"}]}}}}""");
    owner.reconcile();

    // Then
    assertRepaired(server.awaitTraced());
    assertThat(server.env("ADDED")).isEmpty();
    assertThat(server.template()).isEqualTo(injected);

    // When: the owner makes the Deployment anew
    Cluster.kubectl("-n", namespace, "delete", "deployment/assistant");
    owner.reconcile();

    // Then
    assertRepaired(server.awaitTraced());

    // When
    label(namespace, Labels.INJECT + "-");

    // Then
    server.awaitForgotten();
    assertThat(server.template()).isEqualTo(before);
    assertThat(distribution(namespace)).isEqualTo(distributionBefore);
  }

  private static void assertRepaired(TracedWorkload tw) {
    assertThat(Workload.condition(tw, "AgentVerified").getReason()).isEqualTo("RepairApplied");
    assertThat(tw.getStatus().llamaStack().patch().running()).isEqualTo("Confirmed");
  }

  /** What a user may have written into a distribution, and the labels of it. */
  private static JsonNode distribution(String namespace) {
    JsonNode all =
        Cluster.json(
            Cluster.kubectl(
                "-n", namespace, "get", "llamastackdistribution/assistant", "-o", "json"));
    return Cluster.json(
        "[%s,%s,%s]"
            .formatted(
                all.path("spec"),
                all.at("/metadata/labels").isMissingNode() ? "{}" : all.at("/metadata/labels"),
                all.at("/metadata/annotations")));
  }

  private static void label(String namespace, String change) {
    Cluster.kubectl("-n", namespace, "label", "llamastackdistribution/assistant", change);
  }

  private static void patch(String namespace, String change) {
    Cluster.kubectl(
        "-n",
        namespace,
        "patch",
        "llamastackdistribution/assistant",
        "--type=merge",
        "--patch",
        change);
  }

  private static void ownConfig(String namespace) {
    Cluster.kubectl(
        "-n",
        namespace,
        "create",
        "configmap",
        "own-config",
        "--from-file=run.yaml=target/llamastack/llama-stack-0.3.5.json");
  }
}
