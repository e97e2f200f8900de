package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Whatever users do to an injected workload, taking us out leaves exactly what the same steps leave
 * in a namespace where we never were.
 */
@QuarkusTest
class UndoApiTest extends UndoScenario {
  @Test
  void nothingHappensInBetween() {
    injectAndUndo(ns -> {});
  }

  @Test
  void ourFieldsFollowTheUsersOwn() {
    String namespace = create("true");
    awaitInjected(namespace, "shop");
    JsonNode spec = stored("deployments", namespace, "shop").at("/spec/template/spec");
    assertThat(spec.at("/containers").findValuesAsText("name")).startsWith("app");
    assertThat(spec.at("/containers/0/env/0/name").asText()).isEqualTo("GREETING");
    assertThat(spec.at("/containers/0/env/1/name").asText()).isEqualTo("NODE");
    assertThat(spec.at("/containers/0/volumeMounts/0/name").asText()).isEqualTo("data");
    assertThat(spec.at("/initContainers/0/name").asText()).isEqualTo("prepare");
    assertThat(spec.at("/initContainers/1/name").asText()).isEqualTo("tracingstack-agent");
    assertThat(spec.at("/volumes/0/name").asText()).isEqualTo("data");
    assertThat(spec.at("/containers/1").has("env")).isFalse();
    undo(namespace);
  }

  @Test
  void theUserAppliesTheUnchangedManifest() {
    injectAndUndo(
        ns -> {
          String before = template(ns, "shop");
          kubectlApply(ns, manifest(ns));
          assertThat(template(ns, "shop")).isEqualTo(before);
        });
  }

  @Test
  void theUserAppliesAChangedManifest() {
    injectAndUndo(ns -> kubectlApply(ns, changed(manifest(ns))));
  }

  @Test
  void theUserAppliesAManifestWithoutVariablesAndVolumes() {
    injectAndUndo(
        ns ->
            kubectlApply(
                ns,
                manifest(ns)
                    .replaceAll("(?m)^ +- \\{name: (GREETING|NODE).*\\n", "")
                    .replaceAll("(?m)^ +env:\\n", "")));
  }

  @Test
  void aDeliveryToolForcesItsManifest() {
    injectAndUndo(
        ns -> {
          forceAs("argocd-controller", manifest(ns));
          forceAs("argocd-controller", changed(manifest(ns)));
        });
  }

  @Test
  void theUserReplacesWithOurFieldsIn() {
    injectAndUndo(
        ns -> {
          String live = cluster.kubectl().run("-n", ns, "get", "deployment", "shop", "-o", "json");
          cluster.kubectl().runWith(live.replace("shop:1", "shop:2"), "replace", "-f", "-");
        });
  }

  @Test
  void theUserReplacesWithTheOriginalFile() {
    injectAndUndo(ns -> cluster.kubectl().runWith(changed(manifest(ns)), "replace", "-f", "-"));
  }

  @Test
  void theUserRollsBackToARevisionWithoutUs() {
    injectAndUndo(
        ns -> {
          kubectlApply(ns, changed(manifest(ns)));
          controllers.rollOut(ns, "shop", Pods.healthy(sha256()));
          cluster.kubectl().run("-n", ns, "rollout", "undo", "deployment/shop", "--to-revision=1");
        });
  }

  @Test
  void theUserRollsBackToAnInjectedRevisionWhileWeAreOut() {
    String namespace = create("true");
    awaitInjected(namespace, "shop");
    rollBackWhileWeAreOut(namespace);
  }

  @Test
  void theUserRollsBackToAnInjectedRevisionWhileWeAreIn() {
    String namespace = create("true");
    awaitInjected(namespace, "shop");
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    cluster.kubectl().runWith(changed(manifest(namespace)), "apply", "-f", "-");
    awaitInjected(namespace, "shop");
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    cluster.kubectl().run("-n", namespace, "rollout", "undo", "deployment/shop", "--to-revision=2");
    awaitInjected(namespace, "shop");
    undo(namespace);

    String twin = create("false");
    assertThat(template(namespace, "shop")).isEqualTo(template(twin, "shop"));
  }

  @Test
  void theUserChangesImageVariablesAndReplicas() {
    injectAndUndo(
        ns -> {
          var kubectl = cluster.kubectl();
          kubectl.run("-n", ns, "set", "image", "deployment/shop", "app=shop:3", "log=busybox:2");
          kubectl.run("-n", ns, "set", "env", "deployment/shop", "-c", "app", "GREETING=ciao");
          kubectl.run("-n", ns, "set", "env", "deployment/shop", "-c", "app", "MORE=1");
          kubectl.run("-n", ns, "scale", "deployment/shop", "--replicas=3");
          kubectl.run("-n", ns, "rollout", "restart", "deployment/shop");
          // The only difference that two runs of the same steps may make.
          annotateTemplate(ns);
        });
  }

  @Test
  void theUsersOwnToolOptionsAreNeverTouched() {
    injectAndUndo(
        ns -> {
          kubectlApply(ns, withToolOptions(manifest(ns), "-Xmx64m"));
          if (isServed(ns)) {
            awaitContent(ns, "JDK_JAVA_OPTIONS");
          }
          assertThat(template(ns, "shop")).contains("-Xmx64m").doesNotContain("-Xmx64m -javaagent");
          kubectlApply(ns, withToolOptions(manifest(ns), "-Xmx96m"));
          assertThat(template(ns, "shop")).contains("-Xmx96m");
        });
  }

  @Test
  void aVariableOfOursThatTheUserSetsIsTheirsFromThenOn() {
    injectAndUndo(
        ns ->
            cluster
                .kubectl()
                .run(
                    "-n",
                    ns,
                    "set",
                    "env",
                    "deployment/shop",
                    "-c",
                    "app",
                    "OTEL_LOGS_EXPORTER=x"));
  }

  @Test
  void aStatefulSetIsAsItWasToo() {
    String namespace = cluster.namespace("undo", Map.of());
    apply(Manifests.statefulSet(namespace, "db", application.port()));
    String before = template("statefulsets", namespace, "db");
    label("statefulsets", namespace, "db", Labels.INJECT, "java");
    awaitInjected("statefulsets", namespace, "db");
    label("statefulsets", namespace, "db", Labels.INJECT, null);
    eventually().until(() -> traced(namespace, "statefulset-db").isEmpty());
    assertThat(template("statefulsets", namespace, "db")).isEqualTo(before);
    assertThat(managedByUs("statefulsets", namespace, "db")).isFalse();
  }
}
