package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** A damaged agent costs the trace, never the application. */
@ClusterTest
class DamagedAgentTest {
  private static final String DAMAGED = "localhost/tracingstack/agent-init:damaged";
  private static final String STACK = "damaged";

  private final Sandbox sandbox;
  private final SharedStack tempo;

  DamagedAgentTest(Sandbox sandbox, SharedStack tempo) {
    this.sandbox = sandbox;
    this.tempo = tempo;
  }

  @Test
  void theApplicationServesUntracedAndTheStatusSaysWhy() throws IOException {
    // Given
    String namespace = sandbox.namespace("", Map.of());
    SharedStack.create(
        namespace, STACK, Stacks.externalWithAgent(tempo, DAMAGED, digestOfTheSoundAgent()));
    Workload workload = App.backend(namespace, "backend").deploy().awaitRolledOut();

    // When
    TracedWorkload tw = workload.label().awaitState("DigestMismatch");

    // Then
    Condition verified = Workload.condition(tw, "AgentVerified");
    assertThat(verified.getStatus()).isEqualTo("False");
    assertThat(verified.getReason()).isEqualTo("DigestMismatch");
    assertThat(tw.getStatus().agent().version()).isEqualTo("noop");
    assertThat(tw.getStatus().proof()).isNull();
    workload.awaitRolledOut().assertServes("/inventory").assertInjected();
    Cluster.await("the stack counts a failure")
        .until(
            () -> SharedStack.get(namespace, STACK).orElseThrow().getStatus().workloads().failed(),
            failed -> failed == 1);

    // When
    Cluster.kubectl(
        "-n",
        namespace,
        "patch",
        "tracingstack",
        STACK,
        "--type=json",
        "-p=[{\"op\": \"remove\", \"path\": \"/spec/instrumentation\"}]");

    // Then
    workload.awaitTraced();
  }

  private static String digestOfTheSoundAgent() throws IOException {
    Properties agent = new Properties();
    try (InputStream in = DamagedAgentTest.class.getResourceAsStream("/agent.properties")) {
      agent.load(in);
    }
    return agent.getProperty("sha256");
  }
}
