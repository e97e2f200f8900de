package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.llamastack.ServerApi;
import io.tracingstack.operator.testing.AuditLog;
import io.tracingstack.operator.testing.Fault;
import io.tracingstack.operator.testing.LlamaStackOperators;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.OperatorTest;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * The shipped ClusterRole grants what the operator uses, and nothing else. What it lacks every test
 * class notices by the API server's 403.
 */
@QuarkusTest
class RbacApiTest extends OperatorTest {
  /** Rights that no request shows. */
  private static final Set<String> UNSEEN =
      Set.of(
          // Asked for by the admission of owner references that block their owner's deletion.
          "tracingstack.io/tracingstacks/finalizers update");

  private static final String OPERATOR =
      "--as=system:serviceaccount:tracingstack-system:tracingstack-operator";

  @Inject LlamaStackOperators operators;

  @Test
  void everyGrantedVerbIsUsed() throws IOException {
    tour();
    Set<String> used = new TreeSet<>();
    for (AuditLog.Entry e : cluster.auditLog().entries()) {
      if (e.code() < 400 || e.resource().equals("pods/log")) {
        used.add("%s/%s %s".formatted(e.group(), e.resource(), e.verb()));
        if (e.created()) {
          used.add("%s/%s create".formatted(e.group(), e.resource()));
        }
      }
    }
    Set<String> unused = granted();
    unused.removeAll(used);
    assertThat(unused).as("granted and never used").containsExactlyInAnyOrderElementsOf(UNSEEN);
    assertThat(used).noneMatch(right -> right.contains("secrets"));
  }

  @Test
  void secretsAndExecutionAreOutOfReach() {
    for (String right :
        new String[] {
          "get secrets",
          "list secrets",
          "create pods/exec",
          "delete deployments",
          "update deployments"
        }) {
      String[] words = right.split(" ");
      assertThat(
              cluster
                  .kubectl()
                  .attempt("", "auth", "can-i", words[0], words[1], OPERATOR, "-A")
                  .out()
                  .trim())
          .as(right)
          .isEqualTo("no");
    }
  }

  /** Everything an operator does in its life. */
  private void tour() {
    String namespace = cluster.namespace("rbac", Map.of());
    readyStack(namespace, "tracing", "collector: {replicas: 2}");
    drift(namespace);
    collectorUp(namespace, "tracing");
    workloads(namespace);
    // A backend that changes takes its Tempo with it, a single replica the budget.
    apply(Manifests.otlpStack(namespace, "tracing"));
    eventually().until(() -> tempoOperator.object(namespace, "tracing").get() == null);
    eventually().until(() -> budget(namespace) == null);
    conflictOnce("tracingstacks");
    deleteStacks();
  }

  /** Somebody else writes at the moment when a finalizer is to go. */
  private void conflictOnce(String kind) {
    AtomicBoolean done = new AtomicBoolean();
    cluster
        .proxy()
        .breaking(
            e ->
                e.method().equals("PATCH")
                        && e.path().contains("/" + kind + "/")
                        && !e.path().endsWith("/status")
                        && done.compareAndSet(false, true)
                    ? Optional.of(new Fault.Refusal(409, "Conflict"))
                    : Optional.empty());
  }

  private void drift(String namespace) {
    var admin = cluster.admin();
    String name = "tracing-collector";
    admin
        .configMaps()
        .inNamespace(namespace)
        .withName(name)
        .edit(m -> new ConfigMapBuilder(m).addToData("collector.yaml", "").build());
    admin
        .services()
        .inNamespace(namespace)
        .withName(name)
        .edit(
            s -> {
              s.getSpec().getPorts().remove(1);
              return s;
            });
    admin.apps().deployments().inNamespace(namespace).withName(name).scale(7);
    eventually().until(() -> budget(namespace) != null);
    admin
        .resource(budget(namespace))
        .edit(
            b -> {
              b.getSpec().getMaxUnavailable().setValue(2);
              return b;
            });
    tempoOperator
        .object(namespace, "tracing")
        .edit(
            t -> {
              t.setAdditionalProperty("spec", Map.of());
              return t;
            });
    eventually()
        .until(
            () ->
                budget(namespace).getSpec().getMaxUnavailable().getIntVal() == 1
                    && tempoOperator.object(namespace, "tracing").get().get("spec", "storage")
                        != null
                    && stored("deployments", namespace, name).at("/spec/replicas").asInt() == 2
                    && admin
                            .services()
                            .inNamespace(namespace)
                            .withName(name)
                            .get()
                            .getSpec()
                            .getPorts()
                            .size()
                        == 2
                    && !admin
                        .configMaps()
                        .inNamespace(namespace)
                        .withName(name)
                        .get()
                        .getData()
                        .get("collector.yaml")
                        .isEmpty());
  }

  private void workloads(String namespace) {
    cluster
        .admin()
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName("settings")
                .withNamespace(namespace)
                .endMetadata()
                .addToData("OTEL_SERVICE_NAME", "theirs")
                .build())
        .create();
    application.traced(false);
    labelledDeployment(namespace, "shop", "envFrom: [{configMapRef: {name: settings}}]");
    awaitInjected(namespace, "shop");
    assertThat(template(namespace, "shop")).doesNotContain("\"OTEL_SERVICE_NAME\"");
    // Silent for so long that its log is read.
    controllers.rollOut(namespace, "shop", Pods.healthy(sha256()).readyFor(Duration.ofMinutes(2)));
    awaitState(namespace, "shop", "AgentNotStarted");

    injectAndUndo("statefulsets", Manifests.statefulSet(namespace, "db", 8080), namespace, "db");
    injectAndUndo("daemonsets", Manifests.daemonSet(namespace, "node", 8080), namespace, "node");
    injectAndUndo("cronjobs", Manifests.cronJob(namespace, "nightly"), namespace, "nightly");
    failingSet(namespace, "queue");
    servers(namespace);
    conflictOnce("tracedworkloads");
    label("deployments", namespace, "shop", Labels.INJECT, null);
    eventually().until(() -> traced(namespace, "deployment-shop").isEmpty());
  }

  /** Its events are read, and its pod outlives the undo and is deleted. */
  private void failingSet(String namespace, String name) {
    apply(Manifests.statefulSet(namespace, name, 8080));
    settle("statefulsets", namespace, name);
    var set = cluster.admin().apps().statefulSets().inNamespace(namespace).withName(name);
    controllers.refuse(set.get(), "Error creating: exceeded quota: compute");
    label("statefulsets", namespace, name, Labels.INJECT, "java");
    awaitStateOf(namespace, "statefulset-" + name, "WorkloadUnhealthy");
    controllers.rollOutSet(namespace, name, Pods.healthy(sha256()));
    awaitInjected("statefulsets", namespace, name);
    controllers.rollOutSet(namespace, name, Pods.failing(sha256(), "CrashLoopBackOff", "Error"));
    awaitStateOf(namespace, "statefulset-" + name, "Reverting");
    eventually().until(() -> !template("statefulsets", namespace, name).contains(Labels.INJECTED));
    controllers.stall(namespace, name);
    eventually()
        .until(
            () ->
                cluster
                    .admin()
                    .pods()
                    .inNamespace(namespace)
                    .withLabel("app", name)
                    .list()
                    .getItems()
                    .stream()
                    .allMatch(p -> p.getMetadata().getDeletionTimestamp() != null));
  }

  private void servers(String namespace) {
    for (ServerApi api : ServerApi.values()) {
      String name = api.plural();
      operators.install(api);
      operators.serve(
          api, namespace, name, "  - {name: VLLM_URL, value: \"http://tracing-collector:4318\"}");
      operators.mountClaim(namespace, name);
      controllers.rollOut(namespace, name, Pods.healthy(""));
      operators.label(api, namespace, name, Labels.INJECT, api.language());
      awaitState(
          namespace,
          name,
          api.language().equals(Labels.INJECT_VLLM) ? "ManagedByKServe" : "VolumeDeadlock");
      operators.uninstall(api);
      eventually().until(() -> traced(namespace, "deployment-" + name).isEmpty());
    }
  }

  private void injectAndUndo(String kind, String manifest, String namespace, String name) {
    apply(manifest);
    label(kind, namespace, name, Labels.INJECT, "java");
    awaitInjected(kind, namespace, name);
    label(kind, namespace, name, Labels.INJECT, "python");
    eventually().until(() -> !template(kind, namespace, name).contains(Labels.INJECTED));
  }

  private PodDisruptionBudget budget(String namespace) {
    return cluster
        .admin()
        .policy()
        .v1()
        .podDisruptionBudget()
        .inNamespace(namespace)
        .withName("tracing-collector")
        .get();
  }

  private static Set<String> granted() throws IOException {
    Set<String> rights = new TreeSet<>();
    JsonNode role =
        new ObjectMapper(new YAMLFactory()).readTree(Path.of("config/rbac/role.yaml").toFile());
    for (JsonNode rule : role.at("/rules")) {
      for (JsonNode group : rule.at("/apiGroups")) {
        for (JsonNode resource : rule.at("/resources")) {
          for (JsonNode verb : rule.at("/verbs")) {
            rights.add("%s/%s %s".formatted(group.asText(), resource.asText(), verb.asText()));
          }
        }
      }
    }
    return rights;
  }
}
