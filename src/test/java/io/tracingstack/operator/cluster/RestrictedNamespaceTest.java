package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Labels;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** Where pods may do next to nothing, as on OpenShift, tracing works all the same. */
@ClusterTest
class RestrictedNamespaceTest {
  private final Sandbox sandbox;
  private final SharedStack stack;

  RestrictedNamespaceTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @Test
  void anyUserIdAndAReadOnlyFileSystemWillDo() {
    // Given
    String namespace =
        sandbox.namespace(
            "",
            Map.of("pod-security.kubernetes.io/enforce", "restricted", Labels.STACK, stack.ref()));
    long user = ThreadLocalRandom.current().nextLong(1_000_000_000L, 2_000_000_000L);
    Workload workload = App.backend(namespace, "backend").runAsUser(user).deploy().awaitRolledOut();

    // When
    var tw = workload.label().awaitTraced();

    // Then
    assertThat(Workload.condition(tw, "AgentVerified").getStatus()).isEqualTo("True");
    workload.assertTraceInTempo(SharedStack.NAMESPACE, SharedStack.NAME, tw);
    assertThat(workload.pods())
        .allSatisfy(
            pod -> {
              assertThat(pod.getSpec().getSecurityContext().getRunAsUser()).isEqualTo(user);
              assertThat(pod.getStatus().getContainerStatuses())
                  .allMatch(status -> status.getRestartCount() == 0);
            });
  }
}
