package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.testing.Fault;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pods that their controller does not replace when the template is as it was before. */
@QuarkusTest
class LeftoversApiTest extends RolloutScenario {
  private static final String DB = "statefulset-db";

  @AfterEach
  void noStacks() {
    deleteStacks();
  }

  @Test
  void exactlyThePodThatNeverBecameReadyIsDeletedSoThatTheSetGoesOn() {
    String namespace = stackWith("canary: 0");
    Pod stuck = failedSet(namespace, Manifests.statefulSet(namespace, "db", application.port()));
    copy(stuck, "db-ready", since("True", "2026-11-21T08:00:09Z"), true);
    copy(stuck, "db-was-ready", since("False", "2026-11-21T08:00:09Z"), true);
    copy(stuck, "db-theirs", UnaryOperator.identity(), false);
    int mark = cluster.proxy().mark();
    awaitPods(namespace, "db-ready", "db-theirs", "db-was-ready", stuck.getMetadata().getName());
    controllers.stall(namespace, "db");

    awaitPods(namespace, "db-ready", "db-theirs", "db-was-ready");
    assertThat(cluster.proxy().since(mark, e -> e.method().equals("DELETE")))
        .extracting(e -> e.path())
        .containsOnly(
            "/api/v1/namespaces/%s/pods/%s".formatted(namespace, stuck.getMetadata().getName()));
    awaitStateOf(namespace, DB, "Reverting");
    controllers.rollOutSet(namespace, "db", Pods.healthy(sha256()));
    awaitStateOf(namespace, DB, "Reverted");
    assertThat(statusOfTraced(namespace, DB).reverted().counted()).isTrue();
  }

  @Test
  void whereDeletingIsNotAllowedTheCommandIsNamed() {
    String namespace = stackWith("canary: 0");
    Pod stuck = failedSet(namespace, Manifests.statefulSet(namespace, "db", application.port()));
    cluster
        .proxy()
        .breaking(
            e ->
                e.method().equals("DELETE") && e.path().contains("/pods/")
                    ? Optional.of(new Fault.Refusal(403, "Forbidden"))
                    : Optional.empty());
    controllers.stall(namespace, "db");
    awaitStateOf(namespace, DB, "PodsLeft");
    assertThat(statusOfTraced(namespace, DB).message())
        .contains(
            "kubectl -n %s delete pod %s".formatted(namespace, stuck.getMetadata().getName()));
    assertThat(statusOfTraced(namespace, DB).reverted().counted()).isTrue();
    awaitStage(namespace, "Idle");
  }

  @Test
  void whenTheLabelGoesTheStuckPodGoesToo() {
    String namespace = stackWith("canary: 0");
    apply(Manifests.statefulSet(namespace, "db", application.port()));
    label("statefulsets", namespace, "db", Labels.INJECT, "java");
    awaitInjected("statefulsets", namespace, "db");
    controllers.rollOutSet(namespace, "db", Pods.failing(sha256(), "ContainerCreating", ""));
    label("statefulsets", namespace, "db", Labels.INJECT, null);
    eventually().until(() -> !template("statefulsets", namespace, "db").contains(Labels.INJECTED));
    assertThat(traced(namespace, DB)).isPresent();
    controllers.stall(namespace, "db");
    awaitPods(namespace);
    eventually().until(() -> traced(namespace, DB).isEmpty());
  }

  @Test
  void withOnDeleteTheOwnerIsToldWhichPodsToDelete() {
    String namespace = stackWith("canary: 0");
    Pod left =
        failedSet(
            namespace,
            Manifests.statefulSet(namespace, "db", application.port())
                .replace("\nspec:", "\nspec:\n  updateStrategy: {type: OnDelete}"));
    awaitStateOf(namespace, DB, "PodsLeft");
    assertThat(statusOfTraced(namespace, DB).message())
        .contains("kubectl -n %s delete pod %s".formatted(namespace, left.getMetadata().getName()))
        .doesNotContain("without us either");
    assertThat(statusOfTraced(namespace, DB).reverted().counted()).isTrue();
    awaitStage(namespace, "Idle");
    controllers.stall(namespace, "db");
    awaitStateOf(namespace, DB, "PodsLeft");
    awaitPods(namespace, left.getMetadata().getName());

    controllers.rollOutSet(namespace, "db", Pods.healthy(sha256()));
    awaitStateOf(namespace, DB, "Reverted");
  }

  /** Injects a StatefulSet whose new pod fails, and waits until its template is as it was. */
  private Pod failedSet(String namespace, String manifest) {
    apply(manifest);
    controllers.rollOutSet(namespace, "db", Pods.healthy(sha256()));
    String before = template("statefulsets", namespace, "db");
    label("statefulsets", namespace, "db", Labels.INJECT, "java");
    awaitInjected("statefulsets", namespace, "db");
    controllers.rollOutSet(namespace, "db", Pods.failing(sha256(), "CrashLoopBackOff", "Error"));
    eventually()
        .untilAsserted(
            () -> assertThat(template("statefulsets", namespace, "db")).isEqualTo(before));
    return pods(namespace).get(0);
  }

  /** Puts another pod of the set beside this one. */
  private void copy(
      Pod pod, String name, UnaryOperator<PodStatusBuilder> change, boolean ofOurRevision) {
    Pod made =
        cluster
            .admin()
            .resource(
                new PodBuilder(pod)
                    .withNewMetadata()
                    .withName(name)
                    .withNamespace(pod.getMetadata().getNamespace())
                    .withLabels(pod.getMetadata().getLabels())
                    .withOwnerReferences(pod.getMetadata().getOwnerReferences())
                    .endMetadata()
                    .build())
            .create();
    if (!ofOurRevision) {
      made.getMetadata().getLabels().remove(Labels.REVISION);
      made = cluster.admin().resource(made).update();
    }
    made.setStatus(change.apply(new PodStatusBuilder(pod.getStatus())).build());
    cluster.admin().resource(made).updateStatus();
  }

  /** It was started at eight, and its condition Ready has this status since then. */
  private static UnaryOperator<PodStatusBuilder> since(String ready, String time) {
    return status ->
        status
            .withStartTime(Instant.parse("2026-11-21T08:00:00Z").toString())
            .editFirstCondition()
            .withStatus(ready)
            .withLastTransitionTime(time)
            .endCondition();
  }

  private List<Pod> pods(String namespace) {
    return cluster
        .admin()
        .pods()
        .inNamespace(namespace)
        .withLabel("app", "db")
        .list()
        .getItems()
        .stream()
        .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
        .toList();
  }

  private void awaitPods(String namespace, String... names) {
    eventually()
        .untilAsserted(
            () ->
                assertThat(pods(namespace))
                    .extracting(p -> p.getMetadata().getName())
                    .containsExactlyInAnyOrder(names));
  }
}
