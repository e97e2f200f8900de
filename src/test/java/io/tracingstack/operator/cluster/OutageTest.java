package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Applications start and serve whatever of the tracing is down, and are traced once it is up. */
@Isolated
@ClusterTest
class OutageTest {
  private static final String STACK = "no-collector";

  private final Sandbox sandbox;
  private final SharedStack stack;
  private String namespace;

  OutageTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @BeforeEach
  void namespace() {
    namespace = sandbox.servedBy(stack);
  }

  @AfterEach
  void repair() {
    Cluster.CLIENT.namespaces().withName(namespace).delete();
    Operator.scale(1);
    manageTempo("Managed");
    SharedStack.awaitReady(SharedStack.NAMESPACE, SharedStack.NAME);
  }

  /** Nothing is changed for a pipeline that could prove nothing. */
  @Test
  void withACollectorThatNeverCameUp() {
    // Given
    String own = sandbox.namespace("no-collector", Map.of());
    SharedStack.create(
        own,
        STACK,
        Stacks.externalWithCollectorImage(stack, "localhost/tracingstack/no-such-collector:1"));
    Workload workload = App.backend(own, "backend").labelled().deploy().awaitRolledOut();
    String before = workload.template();

    // When
    workload.awaitState("PipelineDown");

    // Then
    assertThat(workload.template()).isEqualTo(before);
    workload.assertServes("/inventory");
    SharedStack.awaitCondition(own, STACK, "CollectorReady", "False", "CollectorPending");

    // When
    Cluster.kubectl(
        "-n",
        own,
        "patch",
        "tracingstack",
        STACK,
        "--type=json",
        "-p=[{\"op\": \"remove\", \"path\": \"/spec/collector\"}]");

    // Then
    workload.awaitTraced();
    SharedStack.awaitReady(own, STACK);
  }

  /** The operator would repair it, so it is away too. */
  @Test
  void withoutACollector() {
    // Given
    String own = sandbox.namespace("lost-collector", Map.of());
    SharedStack.create(own, STACK, Stacks.external(stack));
    Workload workload = App.backend(own, "backend").labelled().deploy();
    workload.awaitTraced();

    // When
    Operator.scale(0);
    Cluster.kubectl(
        "-n", own, "delete", "deployment", "-l", "app.kubernetes.io/component=collector");
    Cluster.kubectl("-n", own, "rollout", "restart", workload.resource());

    // Then
    workload.awaitRolledOut().assertServes("/inventory").assertInjected();

    // When
    Operator.scale(1);

    // Then
    workload.awaitTraced();
    SharedStack.awaitReady(own, STACK);
  }

  /** tempo-operator would repair its StatefulSet, so it is told to leave it alone for a while. */
  @Test
  void withoutTempo() {
    // Given
    manageTempo("Unmanaged");
    scaleTempo(0);
    Workload workload = App.backend(namespace, "backend").labelled().deploy();

    // When
    workload.awaitState("StoreUnreachable");

    // Then
    workload.awaitRolledOut().assertServes("/inventory").assertInjected();

    // When
    scaleTempo(1);

    // Then
    workload.awaitTraced();
  }

  @Test
  void afterSomebodyDeletedTempo() {
    // Given
    Workload workload = App.backend(namespace, "backend").deploy().awaitRolledOut();

    // When
    Cluster.kubectl(
        "-n", SharedStack.NAMESPACE, "delete", "tempomonolithic", SharedStack.NAME, "--wait=false");
    workload.label();

    // Then
    SharedStack.awaitCondition(
        SharedStack.NAMESPACE, SharedStack.NAME, "BackendReady", "False", "BackendPending");
    workload.awaitRolledOut().assertServes("/inventory");
    SharedStack.awaitReady(SharedStack.NAMESPACE, SharedStack.NAME);
    workload.assertTraceInTempo(SharedStack.NAMESPACE, SharedStack.NAME, workload.awaitTraced());
  }

  @Test
  void withoutTheOperator() {
    // Given
    Workload before = App.backend(namespace, "before").labelled().deploy();
    before.awaitTraced();

    // When
    Operator.scale(0);
    Cluster.kubectl("-n", namespace, "rollout", "restart", before.resource());
    Workload during = App.backend(namespace, "during").labelled().deploy();

    // Then
    before.awaitRolledOut().assertServes("/inventory").assertInjected();
    during.awaitRolledOut().assertServes("/inventory");
    assertThat(during.tracedWorkload()).isEmpty();

    // When
    Operator.scale(1);

    // Then
    before.awaitTraced();
    during.awaitTraced();
  }

  private static void manageTempo(String management) {
    Cluster.kubectl(
        "-n",
        SharedStack.NAMESPACE,
        "patch",
        "tempomonolithic",
        SharedStack.NAME,
        "--type=merge",
        "-p={\"spec\": {\"management\": \"" + management + "\"}}");
  }

  private static void scaleTempo(int replicas) {
    String set = "statefulset/tempo-" + SharedStack.NAME;
    Cluster.kubectl("-n", SharedStack.NAMESPACE, "scale", set, "--replicas=" + replicas);
    Cluster.await("Tempo has %d pods".formatted(replicas))
        .until(
            () ->
                Cluster.CLIENT
                        .pods()
                        .inNamespace(SharedStack.NAMESPACE)
                        .withName("tempo-" + SharedStack.NAME + "-0")
                        .get()
                    != null,
            exists -> exists == (replicas > 0));
  }
}
