package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import org.junit.jupiter.api.Test;

/** The main job: a label, and some seconds later a trace that anybody can open. */
@ClusterTest
class LabelToTraceTest {
  private final Sandbox sandbox;
  private final SharedStack stack;

  LabelToTraceTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @Test
  void theProofRequestOfAFrontendReachesItsBackend() {
    // Given
    String namespace = sandbox.servedBy(stack);
    Workload backend = App.backend(namespace, "backend").withService().deploy();
    Workload frontend =
        App.frontend(namespace, "frontend", "backend").replicas(2).tracedOnlyWhenAsked().deploy();
    backend.awaitRolledOut();
    frontend.awaitRolledOut();

    // When
    backend.label().awaitTraced();
    TracedWorkload tw = frontend.label().awaitTraced();

    // Then
    assertThat(tw.getStatus().proof().witness()).isEqualTo("ProofRequest");
    assertThat(tw.getStatus().agent().verified()).isEqualTo("2/2");
    frontend.assertInjected();
    frontend.assertTraceInTempo(SharedStack.NAMESPACE, SharedStack.NAME, tw);
    String backendRevision = backend.awaitTraced().getStatus().revision();
    Cluster.await("one trace over both services")
        .untilAsserted(
            () ->
                assertThat(stack.trace(tw.getStatus().proof().traceId()))
                    .extracting(SharedStack.Span::service, SharedStack.Span::revision)
                    .contains(
                        tuple("backend", backendRevision),
                        tuple("frontend", tw.getStatus().revision())));
  }

  @Test
  void aStatefulSetIsTraced() {
    // Given
    String namespace = sandbox.namespace("set", Sandbox.consent(stack));
    Workload set = App.backend(namespace, "store").deployStatefulSet().awaitRolledOut();

    // When
    TracedWorkload tw = set.label().awaitTraced();

    // Then
    set.assertTraceInTempo(SharedStack.NAMESPACE, SharedStack.NAME, tw);
    set.assertServes("/healthz");
  }

  @Test
  void aNamespacesLabelTracesWhatDoesNotOptOut() {
    // Given
    String namespace = sandbox.namespace("whole", Sandbox.consent(stack));
    Workload plain = App.backend(namespace, "plain").deploy();
    Workload optedOut =
        App.backend(namespace, "opted-out").label(Labels.INJECT, Labels.INJECT_OPT_OUT).deploy();

    // When
    Cluster.kubectl("label", "namespace", namespace, Labels.INJECT + "=java");

    // Then
    plain.assertTraceInTempo(SharedStack.NAMESPACE, SharedStack.NAME, plain.awaitTraced());
    assertThat(optedOut.tracedWorkload()).isEmpty();
    optedOut.assertUntouched();

    // When
    Cluster.kubectl("label", "namespace", namespace, Labels.INJECT + "-");

    // Then
    plain.awaitForgotten();
  }
}
