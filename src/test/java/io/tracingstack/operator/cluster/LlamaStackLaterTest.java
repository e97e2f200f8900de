package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.LlamaStackStatus;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import org.junit.jupiter.api.Test;

/**
 * Servers of llama-stack 0.4 and later, and of OGX, are traced by what their images have of
 * OpenTelemetry, whether their start uses it or passes it by.
 */
@ClusterTest
class LlamaStackLaterTest {
  private final Sandbox sandbox;
  private final SharedStack stack;

  LlamaStackLaterTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @Test
  void theirTracesGoOnIntoTheModel() {
    // Given
    String namespace = sandbox.servedBy(stack);
    LlamaStackServer.prepare(namespace);
    Workload model = new Workload(namespace, "Deployment", LlamaStackServer.MODEL);
    String before = model.template();

    // When
    model.label(Labels.INJECT + "=" + Labels.INJECT_VLLM);
    Workload wrapped = server(namespace, "wrapped", LlamaStackServer.V0_4_4).deploy();
    Workload bypassed =
        server(namespace, "bypassed", LlamaStackServer.V0_4_4)
            .startedBy(
                "python3",
                "-m",
                "uvicorn",
                "llama_stack.core.server.server:create_app",
                "--factory",
                "--host=0.0.0.0",
                "--port=" + LlamaStackServer.PORT)
            .deploy();
    Workload ogx = server(namespace, "ogx", LlamaStackServer.OGX).deploy();

    // Then: what makes a span only when it is asked something says so
    assertThat(model.awaitState("AwaitingTraffic").getStatus().message())
        .contains("for each completion");
    assertTraced(wrapped, "0.4.4");
    assertTraced(bypassed, "0.4.4");
    assertTraced(ogx, "1.5.0");
    model.awaitTraced();

    // When
    model.unlabel().awaitForgotten();

    // Then
    assertThat(model.template()).isEqualTo(before);
  }

  private static LlamaStackServer server(String namespace, String name, String version) {
    return LlamaStackServer.of(namespace, name, version).labelled().withReadinessProbe();
  }

  private void assertTraced(Workload server, String version) {
    TracedWorkload tw = server.awaitTraced();
    assertThat(Workload.condition(tw, "AgentVerified").getReason()).isEqualTo("PatchNotApplicable");
    LlamaStackStatus status = tw.getStatus().llamaStack();
    assertThat(status.version()).isEqualTo(version);
    assertThat(status.patch().applied()).isFalse();
    assertThat(status.patch().reason()).isEqualTo("StarterInstalled");

    String trace =
        LlamaStackServer.send(
            server.namespace(),
            server.name(),
            "/chat/completions {\"model\":\"vllm/stub-model\",\"messages\":"
                + "[{\"role\":\"user\",\"content\":\"hello\"}]}");
    Cluster.await("the client's trace is gone on with")
        .untilAsserted(
            () ->
                assertThat(stack.trace(trace))
                    .extracting(SharedStack.Span::service)
                    .contains(server.name(), LlamaStackServer.MODEL));
    assertThat(status.propagation()).isEqualTo("TraceContext");
  }
}
