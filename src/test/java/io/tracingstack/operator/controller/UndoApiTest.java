package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.OperatorTest;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whatever users do to an injected workload, taking us out leaves exactly what the same steps leave
 * in a namespace where we never were.
 */
@QuarkusTest
class UndoApiTest extends OperatorTest {
  @BeforeAll
  void serve() {
    clusterWideStack();
  }

  /** A user's manifest; a second container, an init container and a volume are theirs as well. */
  private String manifest(String namespace) {
    return Manifests.deployment(
            namespace,
            "shop",
            application.port(),
            """
            env:
              - {name: GREETING, value: hello}
              - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
            volumeMounts:
              - {name: data, mountPath: /data}""")
        + """
                - name: log
                  image: busybox:1
              initContainers:
                - name: prepare
                  image: busybox:1
              volumes:
                - name: data
                  emptyDir: {}
        """;
  }

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
  void aVariableTakenOverAtTheUsersRequestComesBackAsItWas() {
    injectAndUndo(ns -> letTakeOver(ns, "-Xmx64m"));
  }

  @Test
  void theUserAppliesTheirValueOverOneTakenOver() {
    injectAndUndo(
        ns -> {
          letTakeOver(ns, "-Xmx64m");
          kubectlApply(ns, changed(withToolOptions(manifest(ns), "-Xmx64m")));
          awaitTakenOver(ns, "-Xmx64m");
          letTakeOver(ns, "-Xmx96m");
        });
  }

  @Test
  void theUserTakesTheVariableOutAfterItWasTakenOver() {
    injectAndUndo(
        ns -> {
          letTakeOver(ns, "-Xmx64m");
          kubectlApply(ns, manifest(ns));
        });
  }

  @Test
  void theUserRollsBackToARevisionWithAVariableTakenOverWhileWeAreOut() {
    String namespace = create("true");
    letTakeOver(namespace, "-Xmx64m");
    rollBackWhileWeAreOut(namespace);
  }

  @Test
  void aVariableAppliedServerSideIsNotTakenOver() {
    String namespace = cluster.namespace("undo", Map.of("served", "true"));
    forceAs("argocd-controller", withToolOptions(manifest(namespace), "-Xmx64m"));
    annotate("deployments", namespace, "shop", Labels.TAKE_OVER, "true");
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    String before = template(namespace, "shop");

    label("deployments", namespace, "shop", Labels.INJECT, "java");
    eventually()
        .untilAsserted(() -> assertThat(statusOf(namespace, "shop").state()).isEqualTo("Conflict"));

    assertThat(statusOf(namespace, "shop").message()).contains("argocd-controller");
    assertThat(template(namespace, "shop")).isEqualTo(before);
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

  /** Rolls the injected template out and back again when we have left. */
  private void rollBackWhileWeAreOut(String namespace) {
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    int revision =
        cluster.admin().apps().replicaSets().inNamespace(namespace).list().getItems().size();
    undo(namespace);
    String before = template(namespace, "shop");

    cluster
        .kubectl()
        .run("-n", namespace, "rollout", "undo", "deployment/shop", "--to-revision=" + revision);
    assertThat(template(namespace, "shop")).contains("tracingstack-agent");
    label("namespaces", null, namespace, Labels.INJECT, "java");
    awaitInjected(namespace, "shop");
    eventually().until(() -> statusOf(namespace, "shop").revision() != null);
    undo(namespace);
    assertThat(template(namespace, "shop")).isEqualTo(before);
  }

  /** Goes the same steps with and without us, and compares what is left. */
  private void injectAndUndo(Consumer<String> steps) {
    String ours = create("true");
    awaitInjected(ours, "shop");
    steps.accept(ours);
    awaitInjected(ours, "shop");
    undo(ours);

    String twin = create("false");
    steps.accept(twin);
    assertThat(template(ours, "shop")).isEqualTo(template(twin, "shop"));
    assertThat(metadata(ours)).isEqualTo(metadata(twin));
  }

  /** Creates the Deployment as a user does, its first revision rolled out. */
  private String create(String served) {
    String namespace = cluster.namespace("undo", Map.of("served", served));
    kubectlApply(namespace, manifest(namespace));
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    if (isServed(namespace)) {
      label("namespaces", null, namespace, Labels.INJECT, "java");
    }
    return namespace;
  }

  private boolean isServed(String namespace) {
    return "true"
        .equals(
            cluster
                .admin()
                .namespaces()
                .withName(namespace)
                .get()
                .getMetadata()
                .getLabels()
                .get("served"));
  }

  private void undo(String namespace) {
    label("namespaces", null, namespace, Labels.INJECT, null);
    eventually().until(() -> traced(namespace, "deployment-shop").isEmpty());
    assertThat(template(namespace, "shop")).doesNotContain("tracingstack");
    assertThat(managedByUs("deployments", namespace, "shop")).isFalse();
    assertThat(stored("deployments", namespace, "shop").at("/metadata").has("finalizers"))
        .isFalse();
  }

  /** Labels and annotations, but for the applied manifest: it names its namespace. */
  private String metadata(String namespace) {
    ObjectNode metadata = (ObjectNode) stored("deployments", namespace, "shop").at("/metadata");
    ((ObjectNode) metadata.get("annotations"))
        .remove("kubectl.kubernetes.io/last-applied-configuration");
    return metadata.retain("labels", "annotations").toString();
  }

  private void kubectlApply(String namespace, String manifest) {
    cluster.kubectl().runWith(manifest, "-n", namespace, "apply", "-f", "-");
  }

  private void forceAs(String manager, String manifest) {
    cluster.admin().resource(manifest).fieldManager(manager).forceConflicts().serverSideApply();
  }

  /** Makes the time of a restart the same in every run. */
  private void annotateTemplate(String namespace) {
    cluster
        .kubectl()
        .run(
            "-n",
            namespace,
            "patch",
            "deployment",
            "shop",
            "-p",
            "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":"
                + "{\"kubectl.kubernetes.io/restartedAt\":\"then\"}}}}}");
  }

  /** Annotation and value in one, so that both ways take the same steps. */
  private void letTakeOver(String namespace, String options) {
    annotate("deployments", namespace, "shop", Labels.TAKE_OVER, "true");
    kubectlApply(namespace, withToolOptions(manifest(namespace), options));
    awaitTakenOver(namespace, options);
  }

  private void awaitTakenOver(String namespace, String options) {
    if (isServed(namespace)) {
      awaitContent(namespace, "opentelemetry-javaagent.jar " + options);
    }
  }

  /** A changed plan waits, as the first one did, until the user's own rollout is over. */
  private void awaitContent(String namespace, String content) {
    eventually()
        .untilAsserted(
            () -> {
              settle("deployments", namespace, "shop");
              assertThat(template(namespace, "shop"))
                  .as(() -> statusOf(namespace, "shop").toString())
                  .contains(content);
            });
  }

  private static String changed(String manifest) {
    return manifest
        .replace("shop:1", "shop:2")
        .replace("value: hello", "value: goodbye")
        .replace("replicas: 1", "replicas: 2");
  }

  private static String withToolOptions(String manifest, String options) {
    return manifest.replace(
        "- {name: GREETING, value: hello}",
        "- {name: GREETING, value: hello}\n            - {name: JAVA_TOOL_OPTIONS, value: \"%s\"}"
            .formatted(options));
  }
}
