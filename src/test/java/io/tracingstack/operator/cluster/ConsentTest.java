package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Spans leave a namespace only as long as it agrees. */
@ClusterTest
class ConsentTest {
  private final Sandbox sandbox;
  private final SharedStack stack;

  ConsentTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @Test
  void nothingIsTouchedWithoutConsentAndAllIsUndoneWhenItEnds() {
    // Given
    String namespace = sandbox.namespace("", Map.of());
    Workload workload = App.backend(namespace, "backend").labelled().deploy().awaitRolledOut();

    // When
    TracedWorkload refused = workload.awaitState("NoConsent");

    // Then
    assertThat(refused.getStatus().message()).contains(Labels.STACK);
    workload.assertUntouched();
    String before = workload.template();

    // When
    Cluster.kubectl("label", "namespace", namespace, Labels.STACK + "=" + stack.ref());

    // Then
    workload.assertTraceInTempo(SharedStack.NAMESPACE, SharedStack.NAME, workload.awaitTraced());

    // When
    Cluster.kubectl("label", "namespace", namespace, Labels.STACK + "-");

    // Then
    workload.awaitState("NoConsent");
    workload.assertUntouched();
    assertThat(workload.template()).isEqualTo(before);
    workload.assertServes("/healthz");
  }
}
