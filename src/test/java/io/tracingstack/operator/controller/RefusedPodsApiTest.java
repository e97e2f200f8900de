package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Reverted;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Controllers that say only by events that their pods cannot be created. */
@QuarkusTest
class RefusedPodsApiTest extends RolloutScenario {
  @AfterEach
  void noStacks() {
    deleteStacks();
  }

  @ParameterizedTest
  @ValueSource(strings = {"statefulsets", "daemonsets"})
  void podsThatAreRefusedForOurContainerAreReverted(String kind) {
    String namespace = stackWith("canary: 0");
    apply(
        kind.equals("statefulsets")
            ? Manifests.statefulSet(namespace, "set", application.port())
            : Manifests.daemonSet(namespace, "set", application.port()));
    settle(kind, namespace, "set");
    String before = template(kind, namespace, "set");
    label(kind, namespace, "set", Labels.INJECT, "java");
    awaitInjected(kind, namespace, "set");
    controllers.refuse(
        set(kind, namespace),
        "Error creating: pods \"set-0\" is forbidden: exceeded quota: compute, requested by"
            + " tracingstack-agent");
    look(kind, namespace);
    eventually()
        .untilAsserted(() -> assertThat(template(kind, namespace, "set")).isEqualTo(before));
    if (kind.equals("statefulsets")) {
      controllers.rollOutSet(namespace, "set", Pods.healthy(sha256()));
    } else {
      controllers.rollOutDaemonSet(namespace, "set", Pods.healthy(sha256()));
    }
    awaitStateOf(namespace, name(kind), "Reverted");
    Reverted reverted = statusOfTraced(namespace, name(kind)).reverted();
    assertThat(reverted.reason()).isEqualTo("PodRefused");
    assertThat(reverted.message()).contains("exceeded quota: compute");
    assertThat(reverted.counted()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"statefulsets", "daemonsets"})
  void whatLacksPodsBeforeUsIsNotTouched(String kind) {
    String namespace = stackWith("canary: 0");
    apply(
        kind.equals("statefulsets")
            ? Manifests.statefulSet(namespace, "set", application.port())
            : Manifests.daemonSet(namespace, "set", application.port()));
    settle(kind, namespace, "set");
    controllers.refuse(set(kind, namespace), "Error creating: exceeded quota: compute");
    String before = template(kind, namespace, "set");
    label(kind, namespace, "set", Labels.INJECT, "java");
    awaitStateOf(namespace, name(kind), "WorkloadUnhealthy");
    assertThat(statusOfTraced(namespace, name(kind)).message()).contains("exceeded quota: compute");
    assertThat(template(kind, namespace, "set")).isEqualTo(before);
  }

  private HasMetadata set(String kind, String namespace) {
    var apps = cluster.admin().apps();
    return kind.equals("statefulsets")
        ? apps.statefulSets().inNamespace(namespace).withName("set").get()
        : apps.daemonSets().inNamespace(namespace).withName("set").get();
  }

  private void look(String kind, String namespace) {
    annotate("tracedworkloads", namespace, name(kind), "test/touch", "" + System.nanoTime());
  }

  private static String name(String kind) {
    return kind.replaceFirst("s$", "") + "-set";
  }
}
