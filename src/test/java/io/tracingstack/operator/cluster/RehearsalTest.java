package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Rehearsal;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A change is tried in a throw-away pod, and what fails there never reaches the workload. */
@ClusterTest
class RehearsalTest {
  private static final String RIGHTS = "config/rbac/rehearsal.yaml";

  private final Sandbox sandbox;
  private final SharedStack stack;
  private String namespace;

  RehearsalTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @BeforeAll
  static void allow() {
    Cluster.kubectl("apply", "-f", RIGHTS);
  }

  @AfterAll
  static void forbid() {
    Cluster.kubectl("delete", "-f", RIGHTS);
  }

  @BeforeEach
  void serve() {
    namespace = sandbox.namespace("", Map.of());
    stack.behind(namespace, "own", "{canary: 0, verifyTimeout: 3m, rehearsal: Always}");
  }

  @Test
  void aWorkloadThatWouldDieWithTheAgentIsNeverRestarted() throws Exception {
    // Given
    Workload allergic =
        App.backend(namespace, "allergic")
            .env("REFUSE_AGENTS", "true")
            .withService()
            .deploy()
            .awaitRolledOut();
    Pod only = allergic.pods().get(0);
    String before = allergic.template();
    int generation = allergic.json().at("/metadata/generation").asInt();
    awaitAnswer("allergic");

    try (Customer customer = Customer.of(namespace, "allergic")) {
      // When
      allergic.label();
      TracedWorkload told = allergic.awaitState("RehearsalFailed");

      // Then
      Rehearsal failed = told.getStatus().rehearsal();
      assertThat(failed.reason()).as(failed.toString()).isEqualTo("CrashLoop");
      assertThat(failed.counted()).isTrue();
      assertThat(failed.evidence().exitCode()).isEqualTo(3);
      assertThat(failed.evidence().log())
          .anyMatch(line -> line.contains("an agent is not allowed here"));
      awaitNoRehearsal();
      customer.assertAlwaysServed();
      assertThat(customer.pods()).containsExactly(only.getMetadata().getName());
    }
    assertThat(allergic.pods())
        .extracting(p -> p.getMetadata().getUid())
        .containsExactly(only.getMetadata().getUid());
    assertThat(allergic.json().at("/metadata/generation").asInt()).isEqualTo(generation);
    assertThat(allergic.template()).isEqualTo(before);
    allergic.assertUntouched();
    Cluster.await("the stack counts the failure")
        .until(
            () -> SharedStack.get(namespace, "own").orElseThrow().getStatus().rollout().failures(),
            failures -> failures == 1);
  }

  @Test
  void aHealthyWorkloadIsTracedAfterItsRehearsal() throws Exception {
    // Given
    Workload healthy = App.backend(namespace, "healthy").withService().deploy().awaitRolledOut();
    String former = healthy.pods().get(0).getMetadata().getName();
    awaitAnswer("healthy");

    try (Visitor visitor = Visitor.of(healthy);
        Customer customer = Customer.of(namespace, "healthy")) {
      // When
      healthy.label();
      TracedWorkload traced = healthy.awaitTraced();

      // Then
      Rehearsal passed = traced.getStatus().rehearsal();
      assertThat(passed.outcome()).isEqualTo(Rehearsal.Outcome.PASSED);
      awaitNoRehearsal();
      visitor.assertAlwaysUp(healthy);
      assertThat(customer.pods())
          .containsExactlyInAnyOrder(former, healthy.pods().get(0).getMetadata().getName());
    }
  }

  private void awaitAnswer(String service) {
    String target = "services/http:%s:%d".formatted(service, App.PORT);
    Cluster.await(service + " answers")
        .until(() -> Cluster.get(namespace, target, "/inventory", Map.of()).status() == 200);
  }

  private void awaitNoRehearsal() {
    Cluster.await("no pod of a rehearsal is left").until(() -> rehearsals().isEmpty());
  }

  private List<Pod> rehearsals() {
    return Cluster.CLIENT
        .pods()
        .inNamespace(namespace)
        .withLabel(Labels.REHEARSAL)
        .list()
        .getItems();
  }
}
