package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.LlamaStackStatus;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Servers of llama-stack 0.4 and later, and of OGX, whose images start them under OpenTelemetry's
 * wrapper, need variables only.
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
  void serversUnderOpenTelemetrysWrapperAreTracedAsTheyAre() {
    // Given
    String namespace = sandbox.servedBy(stack);
    LlamaStackServer.prepare(namespace);

    // When
    Workload later = deploy(namespace, "later", LlamaStackServer.V0_4_4);
    Workload ogx = deploy(namespace, "ogx", LlamaStackServer.OGX);

    // Then
    assertTracedAsItIs(later, "0.4.4");
    assertTracedAsItIs(ogx, "1.5.0");
  }

  private static Workload deploy(String namespace, String name, String version) {
    return LlamaStackServer.of(namespace, name, version).labelled().withReadinessProbe().deploy();
  }

  private void assertTracedAsItIs(Workload server, String version) {
    TracedWorkload tw = server.awaitTraced();
    assertThat(Workload.condition(tw, "AgentVerified").getReason()).isEqualTo("PatchNotApplicable");
    LlamaStackStatus status = tw.getStatus().llamaStack();
    assertThat(status.version()).isEqualTo(version);
    assertThat(status.action()).isEqualTo("Environment");
    assertThat(status.patch().applied()).isFalse();

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
                    .contains(server.name()));
    assertThat(status.propagation()).isEqualTo("TraceContext");
    assertThat(
            Cluster.get(server.namespace(), "services/http:vllm:8000", "/stub/requests", Map.of())
                .body())
        .contains(trace);
  }
}
