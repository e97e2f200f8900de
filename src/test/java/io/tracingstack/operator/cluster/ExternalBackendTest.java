package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A backend that cannot be read leaves the collector as witness, and the status says so. */
@ClusterTest
class ExternalBackendTest {
  private static final String STACK = "external";

  private final Sandbox sandbox;
  private final SharedStack tempo;

  ExternalBackendTest(Sandbox sandbox, SharedStack tempo) {
    this.sandbox = sandbox;
    this.tempo = tempo;
  }

  @Test
  void theCollectorsCountIsTheProof() {
    // Given
    String namespace = sandbox.namespace("", Map.of());
    SharedStack.create(namespace, STACK, Stacks.external(tempo));
    Workload workload = App.backend(namespace, "backend").deploy();

    // When
    TracedWorkload tw = workload.label().awaitTraced();

    // Then
    assertThat(tw.getStatus().proof().witness()).isEqualTo("CollectorCount");
    assertThat(tw.getStatus().proof().spans()).isPositive();
    assertThat(tw.getStatus().message()).contains("cannot be read");
    SharedStack.awaitCondition(namespace, STACK, "PipelineVerified", "True", "CanaryAccepted");
    SharedStack.awaitReady(namespace, STACK);
    Cluster.await("the spans are in the Tempo behind that endpoint")
        .until(() -> tempo.hasRevision(tw.getStatus().revision()));
  }
}
