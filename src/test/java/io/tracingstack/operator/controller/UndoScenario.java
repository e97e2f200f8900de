package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.OperatorTest;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;

/** A workload that is injected and undone, and its twin in a namespace where we never were. */
abstract class UndoScenario extends OperatorTest {
  @BeforeAll
  void serve() {
    clusterWideStack();
  }

  /** A user's manifest; a second container, an init container and a volume are theirs as well. */
  String manifest(String namespace) {
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

  /** Rolls the injected template out and back again when we have left. */
  void rollBackWhileWeAreOut(String namespace) {
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
  void injectAndUndo(Consumer<String> steps) {
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
  String create(String served) {
    String namespace = cluster.namespace("undo", Map.of("served", served));
    kubectlApply(namespace, manifest(namespace));
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()));
    if (isServed(namespace)) {
      label("namespaces", null, namespace, Labels.INJECT, "java");
    }
    return namespace;
  }

  boolean isServed(String namespace) {
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

  void undo(String namespace) {
    label("namespaces", null, namespace, Labels.INJECT, null);
    eventually().until(() -> traced(namespace, "deployment-shop").isEmpty());
    assertThat(template(namespace, "shop")).doesNotContain("tracingstack");
    assertThat(managedByUs("deployments", namespace, "shop")).isFalse();
    assertThat(stored("deployments", namespace, "shop").at("/metadata").has("finalizers"))
        .isFalse();
  }

  /** Labels and annotations, but for the applied manifest: it names its namespace. */
  String metadata(String namespace) {
    ObjectNode metadata = (ObjectNode) stored("deployments", namespace, "shop").at("/metadata");
    ((ObjectNode) metadata.get("annotations"))
        .remove("kubectl.kubernetes.io/last-applied-configuration");
    return metadata.retain("labels", "annotations").toString();
  }

  void kubectlApply(String namespace, String manifest) {
    cluster.kubectl().runWith(manifest, "-n", namespace, "apply", "-f", "-");
  }

  void forceAs(String manager, String manifest) {
    cluster.admin().resource(manifest).fieldManager(manager).forceConflicts().serverSideApply();
  }

  /** Makes the time of a restart the same in every run. */
  void annotateTemplate(String namespace) {
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
  void letTakeOver(String namespace, String options) {
    annotate("deployments", namespace, "shop", Labels.TAKE_OVER, "true");
    kubectlApply(namespace, withToolOptions(manifest(namespace), options));
    awaitTakenOver(namespace, options);
  }

  void awaitTakenOver(String namespace, String options) {
    if (isServed(namespace)) {
      awaitContent(namespace, "opentelemetry-javaagent.jar " + options);
    }
  }

  /** A changed plan waits, as the first one did, until the user's own rollout is over. */
  void awaitContent(String namespace, String content) {
    eventually()
        .untilAsserted(
            () -> {
              settle("deployments", namespace, "shop");
              assertThat(template(namespace, "shop"))
                  .as(() -> statusOf(namespace, "shop").toString())
                  .contains(content);
            });
  }

  static String changed(String manifest) {
    return manifest
        .replace("shop:1", "shop:2")
        .replace("value: hello", "value: goodbye")
        .replace("replicas: 1", "replicas: 2");
  }

  static String withToolOptions(String manifest, String options) {
    return manifest.replace(
        "- {name: GREETING, value: hello}",
        "- {name: GREETING, value: hello}\n            - {name: JAVA_TOOL_OPTIONS, value: \"%s\"}"
            .formatted(options));
  }
}
