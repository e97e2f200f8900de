package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Wherever a workload is on its journey, it can leave, and is what it was before. */
@ClusterTest
class LeavingTest {
  private static final String CANARY_FIRST = "{canary: 1, soak: 1h, verifyTimeout: 10m}";

  private final Sandbox sandbox;
  private final SharedStack stack;
  private String namespace;

  LeavingTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @BeforeEach
  void namespace() {
    namespace = sandbox.namespace("", Map.of());
  }

  @Test
  void theLabelIsRemovedInEveryState() {
    // Given: turns are given one by one, so that states last
    serve("own", CANARY_FIRST);
    Workload starting =
        App.backend(namespace, "starting")
            .annotate(Labels.CANARY, "true")
            .readiness(
                new ProbeBuilder(App.httpProbe("/healthz", "HTTP", null))
                    .withInitialDelaySeconds(40)
                    .build())
            .deploy();
    Workload waiting = App.backend(namespace, "waiting").deploy();
    Workload refused =
        App.backend(namespace, "refused")
            .env("JAVA_TOOL_OPTIONS", "-javaagent:/opt/appdynamics.jar")
            .image("localhost/tracingstack/shop:never-built")
            .deploy();
    starting.awaitRolledOut();
    waiting.awaitRolledOut();

    // While another agent forbids it
    leaves(refused, "OtherAgentPresent");
    // While its pods start
    leaves(starting, "Progressing");
    // While another one is the canary
    Workload canary =
        App.of("idle", namespace, "canary")
            .readiness(null)
            .annotate(Labels.CANARY, "true")
            .deploy()
            .awaitRolledOut();
    String before = canary.template();
    canary.label().awaitState("AwaitingTraffic");
    leaves(waiting, "WaitingForCanary");
    // While no request has come
    canary.unlabel().awaitForgotten();
    assertThat(canary.template()).isEqualTo(before);
  }

  @Test
  void theLabelIsRemovedFromWhatFailed() {
    // Given
    serve("own", "{canary: 0}");
    Workload allergic =
        App.backend(namespace, "allergic").env("REFUSE_AGENTS", "true").deploy().awaitRolledOut();

    // While it is put back, or about to be
    leaves(allergic, "CrashLoop", "Reverting");
    // After it was put back
    leaves(allergic, "Reverted");

    // And nothing is remembered
    allergic.label().awaitState("Reverted");
  }

  @Test
  void theStackIsDeletedInTheMiddle() {
    // Given
    serve("own", "{canary: 0, maxConcurrent: 2}");
    List<Workload> workloads = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      workloads.add(App.backend(namespace, "shop-" + i).deploy());
    }
    List<String> before = workloads.stream().map(w -> w.awaitRolledOut().template()).toList();

    // When
    Cluster.kubectl("label", "namespace", namespace, Labels.INJECT + "=java");
    Cluster.await("one is traced, and not all are injected")
        .until(() -> workloads.stream().anyMatch(LeavingTest::traced));
    Cluster.CLIENT.resources(TracingStack.class).inNamespace(namespace).withName("own").delete();

    // Then
    Cluster.await("the stack is gone").until(() -> SharedStack.get(namespace, "own").isEmpty());
    for (int i = 0; i < workloads.size(); i++) {
      // Other stacks are left, and none of them serves this namespace.
      workloads.get(i).awaitState("NoConsent");
      workloads.get(i).assertUntouched();
      workloads.get(i).assertServes("/healthz");
      assertThat(workloads.get(i).template()).isEqualTo(before.get(i));
    }
  }

  @Test
  void twoStacksClaimTheSameWorkload() {
    // Given
    serve("one", "{canary: 0}");
    serve("other", "{canary: 0}");
    Workload workload = App.backend(namespace, "shop").deploy().awaitRolledOut();
    String before = workload.template();

    // When
    TracedWorkload told = workload.label().awaitState("AmbiguousStack");

    // Then
    assertThat(told.getStatus().message()).contains("one", "other");
    assertThat(workload.template()).isEqualTo(before);

    // When
    Cluster.kubectl("label", "namespace", namespace, Labels.STACK + "=" + namespace + ".other");

    // Then
    workload.awaitTraced();
    assertThat(workload.env("OTEL_EXPORTER_OTLP_ENDPOINT").orElseThrow()).contains("other");
    assertThat(workload.json().at("/metadata/generation").asInt()).isEqualTo(2);

    // When
    Cluster.kubectl("label", "namespace", namespace, Labels.STACK + "-");

    // Then
    workload.awaitState("AmbiguousStack");
    Cluster.await("it is as before").until(() -> workload.template().equals(before));
    workload.assertUntouched();
  }

  private void serve(String name, String rollout) {
    stack.behind(namespace, name, rollout);
  }

  private static boolean traced(Workload workload) {
    return workload
        .tracedWorkload()
        .filter(tw -> "Traced".equals(tw.getStatus().state()))
        .isPresent();
  }

  /** Is labelled, comes into one of these states, and is as before without the label. */
  private static void leaves(Workload workload, String... states) {
    String before = workload.template();
    workload.label();
    Cluster.await(workload + " is " + String.join(" or ", states))
        .until(
            () ->
                List.of(states)
                    .contains(workload.tracedWorkload().orElseThrow().getStatus().state()));
    workload.unlabel();
    Cluster.await(workload + " is forgotten").until(() -> workload.tracedWorkload().isEmpty());
    assertThat(workload.template()).as("after " + String.join(" or ", states)).isEqualTo(before);
    assertThat(workload.fieldManagers()).doesNotContain("tracingstack-inject");
  }
}
