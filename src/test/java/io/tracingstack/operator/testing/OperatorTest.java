package io.tracingstack.operator.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.quarkus.test.common.QuarkusTestResource;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.api.v1alpha1.TracingStackStatus;
import io.tracingstack.operator.kube.WorkloadStore;
import io.tracingstack.operator.stack.Defaults;
import io.tracingstack.operator.status.Conditions;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/**
 * What every test of the running operator needs. Each class starts in a cluster without stacks,
 * each test makes its own namespaces.
 */
@QuarkusTestResource(ApiServerResource.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class OperatorTest {
  /** Namespaced kinds by their names in the API. */
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Stream.of(
              Deployment.class,
              StatefulSet.class,
              DaemonSet.class,
              CronJob.class,
              ReplicaSet.class,
              Job.class,
              Pod.class,
              Service.class,
              TracedWorkload.class)
          .collect(Collectors.toMap(HasMetadata::getPlural, kind -> kind));

  @Inject protected Cluster cluster;
  @Inject protected SimulatedControllers controllers;
  @Inject protected TempoOperator tempoOperator;
  @Inject protected FakeTraceStore store;
  @Inject protected FakeSpanCounts counts;
  @Inject protected FakeTelemetry telemetry;
  @Inject protected FakeApplication application;
  @Inject protected TestClock clock;
  @Inject protected Passes passes;
  @Inject protected Defaults defaults;

  private int forbiddenBefore;

  @BeforeAll
  void start() {
    tempoOperator.install();
    clock.reset();
    reset();
    forbiddenBefore = cluster.auditLog().forbidden().size();
    cluster.startOperator();
  }

  @BeforeEach
  void reset() {
    cluster.proxy().heal();
    store.reset();
    counts.reset();
    telemetry.reset();
    application.reset();
  }

  @AfterAll
  void leaveNothing() {
    cluster.proxy().heal();
    tempoOperator.install();
    cluster.startOperator();
    deleteStacks();
    eventually().until(() -> list(TracedWorkload.class).isEmpty());
    cluster.sweep();
    assertThat(cluster.auditLog().forbidden().stream().skip(forbiddenBefore))
        .as("requests of the operator that the shipped ClusterRole does not allow")
        .isEmpty();
  }

  /** Deletes all stacks, and waits until they are gone. */
  protected void deleteStacks() {
    cluster.admin().resources(TracingStack.class).inAnyNamespace().delete();
    eventually().until(() -> list(TracingStack.class).isEmpty());
  }

  private <T extends HasMetadata> List<T> list(Class<T> kind) {
    return cluster.admin().resources(kind).inAnyNamespace().list().getItems();
  }

  protected static ConditionFactory eventually() {
    return await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50));
  }

  /** Applies a manifest as an administrator. */
  protected void apply(String manifest) {
    cluster.admin().resource(manifest).forceConflicts().serverSideApply();
  }

  /** Makes a stack whose Tempo and collector are up, and waits until its canary was found. */
  protected void readyStack(String namespace, String name, String... spec) {
    apply(Manifests.stack(namespace, name, spec));
    tempoOperator.report(namespace, name, "Ready", "");
    collectorUp(namespace, name);
    awaitCondition(namespace, name, ConditionType.READY, "True", "Ready");
  }

  /** Makes a stack that serves every namespace without a stack of its own. */
  protected void clusterWideStack() {
    cluster.createNamespace("platform", Map.of());
    readyStack("platform", "everywhere");
  }

  /** Lets a stack's collector come up. */
  protected void collectorUp(String namespace, String stack) {
    String collector = stack + "-collector";
    eventually()
        .until(
            () ->
                cluster
                        .admin()
                        .apps()
                        .deployments()
                        .inNamespace(namespace)
                        .withName(collector)
                        .get()
                    != null);
    controllers.rollOut(namespace, collector, Pods.healthy(sha256()));
  }

  /** Makes a Deployment that is healthy, and labels it. */
  protected void labelledDeployment(String namespace, String name, String... container) {
    apply(Manifests.deployment(namespace, name, application.port(), container));
    controllers.rollOut(namespace, name, Pods.healthy(sha256()));
    label("deployments", namespace, name, Labels.INJECT, "java");
  }

  /** Provokes a pass over a Deployment's TracedWorkload. */
  protected void touch(String namespace, String deployment) {
    String marker = Long.toString(System.nanoTime());
    annotate("tracedworkloads", namespace, "deployment-" + deployment, "test/touch", marker);
  }

  /** Sets a label, or removes it when the value is null. */
  protected void label(String kind, String namespace, String name, String key, String value) {
    metadata(kind, namespace, name, "labels", key, value);
  }

  /** Sets an annotation, or removes it when the value is null. */
  protected void annotate(String kind, String namespace, String name, String key, String value) {
    metadata(kind, namespace, name, "annotations", key, value);
  }

  private void metadata(
      String kind, String namespace, String name, String field, String key, String value) {
    Map<String, String> entry = new HashMap<>();
    entry.put(key, value);
    String body = Serialization.asJson(Map.of("metadata", Map.of(field, entry)));
    PatchContext patch = PatchContext.of(PatchType.JSON_MERGE);
    var admin = cluster.admin();
    if (kind.equals("namespaces")) {
      admin.namespaces().withName(name).patch(patch, body);
    } else {
      admin.resources(KINDS.get(kind)).inNamespace(namespace).withName(name).patch(patch, body);
    }
  }

  /** A workload as the API server stores it. */
  protected JsonNode stored(String kind, String namespace, String name) {
    String apiVersion = HasMetadata.getApiVersion(KINDS.get(kind));
    return cluster.raw(
        "/%s/%s/namespaces/%s/%s/%s"
            .formatted(
                apiVersion.contains("/") ? "apis" : "api", apiVersion, namespace, kind, name));
  }

  /** A pod template, byte for byte. */
  protected String template(String kind, String namespace, String name) {
    JsonNode workload = stored(kind, namespace, name);
    return workload
        .at(kind.equals("cronjobs") ? "/spec/jobTemplate/spec/template" : "/spec/template")
        .toString();
  }

  /** A Deployment's pod template, byte for byte. */
  protected String template(String namespace, String name) {
    return template("deployments", namespace, name);
  }

  /** The revision of what is injected into a Deployment; empty when nothing is. */
  protected String revision(String namespace, String name) {
    return stored("deployments", namespace, name)
        .at("/spec/template/metadata/labels")
        .path(Labels.REVISION)
        .asText();
  }

  /** Whether anything in the object's managed fields is ours. */
  protected boolean managedByUs(String kind, String namespace, String name) {
    return stored(kind, namespace, name)
        .at("/metadata/managedFields")
        .toString()
        .contains('"' + WorkloadStore.FIELD_MANAGER + '"');
  }

  protected Optional<TracedWorkload> traced(String namespace, String name) {
    return Optional.ofNullable(
        cluster
            .admin()
            .resources(TracedWorkload.class)
            .inNamespace(namespace)
            .withName(name)
            .get());
  }

  protected TracedWorkloadStatus statusOf(String namespace, String deployment) {
    return statusOfTraced(namespace, "deployment-" + deployment);
  }

  protected TracedWorkloadStatus statusOfTraced(String namespace, String tracedWorkload) {
    return traced(namespace, tracedWorkload)
        .map(TracedWorkload::getStatus)
        .orElseGet(TracedWorkloadStatus::empty);
  }

  /** Waits until a Deployment's journey is in this state. */
  protected void awaitState(String namespace, String deployment, String state) {
    awaitStateOf(namespace, "deployment-" + deployment, state);
  }

  /** Waits until a TracedWorkload is in this state. */
  protected void awaitStateOf(String namespace, String tracedWorkload, String state) {
    eventually()
        .untilAsserted(
            () ->
                assertThat(statusOfTraced(namespace, tracedWorkload).state())
                    .as(
                        () ->
                            "state of %s/%s: %s"
                                .formatted(
                                    namespace,
                                    tracedWorkload,
                                    statusOfTraced(namespace, tracedWorkload).message()))
                    .isEqualTo(state));
  }

  /** Waits until our fields are in a Deployment's pod template. */
  protected void awaitInjected(String namespace, String deployment) {
    awaitInjected("deployments", namespace, deployment);
  }

  /** Rolls a workload out as it is, and waits until our fields are in its pod template. */
  protected void awaitInjected(String kind, String namespace, String name) {
    String traced = HasMetadata.getSingular(KINDS.get(kind)) + "-" + name;
    eventually()
        .untilAsserted(
            () -> {
              settleUnlessInjected(kind, namespace, name);
              assertThat(template(kind, namespace, name))
                  .as(namespace + ": " + statusOfTraced(namespace, traced))
                  .contains(Labels.INJECTED);
            });
  }

  /** Brings healthy pods to a workload without our fields. */
  protected void settleUnlessInjected(String kind, String namespace, String name) {
    JsonNode workload = stored(kind, namespace, name);
    // One look for both: what is not rolled out is not injected before this one rolls it out.
    if (!workload.at("/spec").toString().contains(Labels.INJECTED)) {
      settle(kind, namespace, name, workload);
    }
  }

  /** Brings healthy pods to a workload's present template where it has none yet. */
  protected void settle(String kind, String namespace, String name) {
    settle(kind, namespace, name, stored(kind, namespace, name));
  }

  private void settle(String kind, String namespace, String name, JsonNode workload) {
    if (workload.at("/status/observedGeneration").asInt()
        == workload.at("/metadata/generation").asInt()) {
      return;
    }
    Pods healthy = Pods.healthy(sha256());
    switch (kind) {
      case "deployments" -> controllers.rollOut(namespace, name, healthy);
      case "statefulsets" -> controllers.rollOutSet(namespace, name, healthy);
      case "daemonsets" -> controllers.rollOutDaemonSet(namespace, name, healthy);
      default -> {
        // Nobody rolls out a CronJob.
      }
    }
  }

  /** Takes a labelled Deployment to its proof. */
  protected void awaitTraced(String namespace, String deployment) {
    awaitInjected(namespace, deployment);
    controllers.rollOut(namespace, deployment, Pods.healthy(sha256()));
    awaitState(namespace, deployment, "Traced");
  }

  protected TracingStackStatus statusOfStack(String namespace, String name) {
    TracingStack stack =
        cluster.admin().resources(TracingStack.class).inNamespace(namespace).withName(name).get();
    return stack == null || stack.getStatus() == null
        ? new TracingStackStatus(null, null, null, null, null, null, null, null, List.of())
        : stack.getStatus();
  }

  /** Waits for a condition of a stack, and returns its message. */
  protected String awaitCondition(
      String namespace, String stack, ConditionType type, String status, String reason) {
    eventually()
        .untilAsserted(
            () ->
                assertThat(Conditions.find(statusOfStack(namespace, stack).conditions(), type))
                    .hasValueSatisfying(
                        c ->
                            assertThat(c.getStatus() + " " + c.getReason())
                                .isEqualTo(status + " " + reason)));
    return Conditions.find(statusOfStack(namespace, stack).conditions(), type)
        .map(Condition::getMessage)
        .orElseThrow();
  }

  /** Digest that a pod's agent must have. */
  protected String sha256() {
    return defaults.agentSha256();
  }
}
