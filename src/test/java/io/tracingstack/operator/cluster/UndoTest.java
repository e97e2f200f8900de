package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Without the label a workload is what it was before, whatever happened meanwhile. */
@ClusterTest
class UndoTest {
  private final Sandbox sandbox;
  private final SharedStack stack;
  private String namespace;

  UndoTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @BeforeEach
  void namespace() {
    namespace = sandbox.servedBy(stack);
  }

  @AfterEach
  void makeRoom() {
    Cluster.CLIENT.namespaces().withName(namespace).delete();
  }

  @Test
  void removingTheLabelRestoresTheTemplateByteForByte() {
    // Given
    Workload deployment = App.backend(namespace, "deployment").deploy().awaitRolledOut();
    Workload set = App.backend(namespace, "set").deployStatefulSet().awaitRolledOut();
    String deploymentBefore = deployment.template();
    String setBefore = set.template();
    deployment.label();
    set.label();
    deployment.awaitTraced();
    set.awaitTraced();
    assertThat(deployment.template()).isNotEqualTo(deploymentBefore);

    // When
    deployment.unlabel();
    set.unlabel();

    // Then
    deployment.awaitForgotten().assertServes("/healthz");
    set.awaitForgotten().assertServes("/healthz");
    assertThat(deployment.template()).isEqualTo(deploymentBefore);
    assertThat(set.template()).isEqualTo(setBefore);
  }

  /** A twin that is never traced shows what the user's own changes alone amount to. */
  @Test
  void theUsersChangesMeanwhileStay() {
    // Given
    String elsewhere = sandbox.namespace("twin", Map.of());
    Workload workload = App.backend(namespace, "changing").env("FIRST", "1").deploy();
    Workload twin = App.backend(elsewhere, "changing").env("FIRST", "1").deploy();
    workload.label().awaitTraced();

    // When
    for (Workload each : List.of(workload, twin)) {
      Cluster.kubectl(
          "-n", each.namespace(), "set", "image", each.resource(), "app=" + App.NEXT_IMAGE);
      Cluster.kubectl("-n", each.namespace(), "set", "env", each.resource(), "FIRST-", "ADDED=yes");
      Cluster.kubectl("-n", each.namespace(), "scale", each.resource(), "--replicas=2");
    }
    workload.awaitTraced();
    assertThat(workload.env("ADDED")).contains("yes");
    workload.unlabel().awaitForgotten();

    // Then
    workload.assertServes("/healthz");
    assertThat(workload.template()).isEqualTo(twin.awaitRolledOut().template());
    assertThat(workload.json().at("/spec/replicas").asInt()).isEqualTo(2);
  }

  @Test
  void aUsersToolOptionsAreKept() {
    // Given
    Workload workload =
        App.backend(namespace, "options")
            .env("JAVA_TOOL_OPTIONS", "-Dgreeting=hello")
            .deploy()
            .awaitRolledOut();
    String before = workload.template();

    // When
    workload.label().awaitTraced();

    // Then
    assertThat(workload.env("JAVA_TOOL_OPTIONS")).contains("-Dgreeting=hello");
    assertThat(workload.env("JDK_JAVA_OPTIONS").orElse("")).startsWith("-javaagent:");

    // When
    workload.unlabel().awaitForgotten();

    // Then
    assertThat(workload.template()).isEqualTo(before);
  }

  /** Fields that come back by this command belong to kubectl, not to us. */
  @Test
  void rollingBackToAnInjectedRevisionLeavesNothingInTheEnd() {
    // Given: revision 1 is the user's, 2 injected, 3 the user's again
    Workload workload = App.backend(namespace, "undone").deploy().awaitRolledOut();
    String before = workload.template();
    workload.label().awaitTraced();
    workload.unlabel().awaitForgotten();

    // When: back to 2 while untraced, then traced again, then not
    Cluster.kubectl("-n", namespace, "rollout", "undo", workload.resource());
    workload.label().awaitTraced();
    workload.unlabel().awaitForgotten();

    // Then
    assertThat(workload.template()).isEqualTo(before);

    // When: back to an injected revision while traced
    workload.label().awaitTraced();
    Cluster.kubectl("-n", namespace, "set", "env", workload.resource(), "VERSION=2");
    workload.awaitTraced();
    Cluster.kubectl("-n", namespace, "rollout", "undo", workload.resource());
    workload.awaitTraced();
    assertThat(workload.env("VERSION")).isEmpty();
    workload.unlabel().awaitForgotten();

    // Then
    assertThat(workload.template()).isEqualTo(before);
    workload.assertServes("/healthz");
  }
}
