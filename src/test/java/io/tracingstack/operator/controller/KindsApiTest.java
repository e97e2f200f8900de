package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Proof;
import io.tracingstack.operator.status.Conditions;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.OperatorTest;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import io.tracingstack.operator.testing.SimulatedJobs;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Kinds other than Deployments and StatefulSets: whose pods come otherwise, or cannot be had. */
@QuarkusTest
class KindsApiTest extends OperatorTest {
  private static final String TRACE = "0123456789abcdef0123456789abcdef";

  @Inject SimulatedJobs jobs;

  @BeforeAll
  void serve() {
    clusterWideStack();
  }

  @Test
  void aDaemonSetIsInjectedProvenAndAsItWas() {
    String namespace = cluster.namespace("kinds", Map.of());
    apply(Manifests.daemonSet(namespace, "node", application.port()));
    String before = template("daemonsets", namespace, "node");
    label("daemonsets", namespace, "node", Labels.INJECT, "java");
    awaitInjected("daemonsets", namespace, "node");
    assertThat(template("daemonsets", namespace, "node")).contains("k8s.daemonset.name=node");
    controllers.rollOutDaemonSet(namespace, "node", Pods.healthy(sha256()));
    awaitStateOf(namespace, "daemonset-node", "Traced");

    label("daemonsets", namespace, "node", Labels.INJECT, null);
    eventually().until(() -> traced(namespace, "daemonset-node").isEmpty());
    assertThat(template("daemonsets", namespace, "node")).isEqualTo(before);
    assertThat(managedByUs("daemonsets", namespace, "node")).isFalse();
  }

  @Test
  void aCronJobIsProvenByARunAndStaysSoWhateverComesOfLaterOnes() {
    String namespace = cluster.namespace("kinds", Map.of());
    readyStack(namespace, "tracing");
    apply(Manifests.cronJob(namespace, "nightly"));
    String before = template("cronjobs", namespace, "nightly");
    label("cronjobs", namespace, "nightly", Labels.INJECT, "java");
    awaitStateOf(namespace, "cronjob-nightly", "AwaitingRun");
    assertThat(template("cronjobs", namespace, "nightly")).contains("k8s.cronjob.name=nightly");

    Pod run = jobs.schedule(namespace, "nightly");
    jobs.run(run, Pods.healthy(sha256()));
    awaitStateOf(namespace, "cronjob-nightly", "AwaitingProof");
    jobs.end(run, "Succeeded", Duration.ZERO);
    store.add(TRACE, revision(namespace), run.getMetadata().getName());
    counts.count(revision(namespace), 2);
    awaitStateOf(namespace, "cronjob-nightly", "Traced");
    Proof proof = statusOfTraced(namespace, "cronjob-nightly").proof();
    assertThat(proof.witness()).isEqualTo("StoreSearch");
    assertThat(proof.traceId()).isEqualTo(TRACE);
    assertThat(proof.templateRevision()).isEqualTo(revision(namespace));
    eventually().until(() -> "1/1".equals(statusOfStack(namespace, "tracing").traced()));

    int proven = cluster.proxy().mark();
    Pod later = jobs.schedule(namespace, "nightly");
    look(namespace);
    jobs.run(later, Pods.failing(sha256(), "CrashLoopBackOff", ""));
    look(namespace);
    jobs.end(later, "Failed", Duration.ZERO);
    look(namespace);
    jobs.takeAway(namespace);
    look(namespace);
    jobs.schedule(namespace, "nightly");
    look(namespace);
    assertThat(cluster.proxy().writesSince(proven)).isEmpty();
    assertThat(statusOfTraced(namespace, "cronjob-nightly").state()).isEqualTo("Traced");

    label("cronjobs", namespace, "nightly", Labels.INJECT, null);
    eventually().until(() -> traced(namespace, "cronjob-nightly").isEmpty());
    assertThat(template("cronjobs", namespace, "nightly")).isEqualTo(before);
    assertThat(managedByUs("cronjobs", namespace, "nightly")).isFalse();
  }

  @Test
  void aRunThatIsTakenAwayAtOnceIsProvenByItsSpans() {
    String namespace = labelledCronJob();
    Pod run = jobs.schedule(namespace, "nightly");
    jobs.run(run, Pods.healthy(sha256()));
    awaitStateOf(namespace, "cronjob-nightly", "AwaitingProof");
    jobs.takeAway(namespace);
    awaitStateOf(namespace, "cronjob-nightly", "AwaitingRun");
    assertThat(statusOfTraced(namespace, "cronjob-nightly").agent().verified()).isEqualTo("1/1");

    store.add(TRACE, revision(namespace), run.getMetadata().getName());
    counts.count(revision(namespace), 1);
    look(namespace);
    awaitStateOf(namespace, "cronjob-nightly", "Traced");
    assertThat(statusOfTraced(namespace, "cronjob-nightly").proof().pod()).isNull();
  }

  @Test
  void aRunThatEndedWithoutASpanSaysWhy() {
    String namespace = labelledCronJob();
    Pod run = jobs.schedule(namespace, "nightly");
    jobs.run(run, Pods.healthy(sha256()));
    jobs.end(run, "Succeeded", Duration.ofMinutes(2));
    awaitStateOf(namespace, "cronjob-nightly", "AgentNotStarted");

    Pod next = jobs.schedule(namespace, "nightly");
    jobs.run(next, Pods.unverified("noop", "0bad", "NoSpace"));
    jobs.end(next, "Succeeded", Duration.ZERO);
    awaitStateOf(namespace, "cronjob-nightly", "FellBackToNoop");
    assertThat(
            Conditions.isTrue(
                statusOfTraced(namespace, "cronjob-nightly").conditions(),
                ConditionType.ROLLED_OUT))
        .isTrue();
  }

  @Test
  void theFirstRunThatCannotStartIsShown() {
    String namespace = labelledCronJob();
    jobs.run(jobs.schedule(namespace, "nightly"), Pods.failing(sha256(), "ImagePullBackOff", ""));
    awaitStateOf(namespace, "cronjob-nightly", "WorkloadUnhealthy");
    assertThat(statusOfTraced(namespace, "cronjob-nightly").message()).startsWith("ImagePull: ");
  }

  @Test
  void theUserAppliesAChangedManifestOfACronJob() {
    injectAndUndo(ns -> kubectlApply(ns, manifest(ns).replace("report:1", "report:2")));
  }

  @Test
  void theUserReplacesACronJobWithOurFieldsIn() {
    injectAndUndo(
        ns -> {
          String live = cluster.kubectl().run("-n", ns, "get", "cronjob", "nightly", "-o", "json");
          cluster.kubectl().runWith(live.replace("report:1", "report:2"), "replace", "-f", "-");
        });
  }

  @Test
  void theUserSetsAVariableOfOursInACronJob() {
    injectAndUndo(
        ns ->
            cluster
                .kubectl()
                .run("-n", ns, "set", "env", "cronjob/nightly", "OTEL_LOGS_EXPORTER=x"));
  }

  @Test
  void aVariableOfACronJobTakenOverComesBackAsItWas() {
    injectAndUndo(
        ns -> {
          annotate("cronjobs", ns, "nightly", Labels.TAKE_OVER, "true");
          kubectlApply(
              ns,
              manifest(ns)
                  .replace(
                      "- {name: GREETING, value: hello}",
                      "- {name: JAVA_TOOL_OPTIONS, value: -Xmx64m}"));
          if (isServed(ns)) {
            eventually()
                .until(
                    () ->
                        template("cronjobs", ns, "nightly")
                            .contains("opentelemetry-javaagent.jar -Xmx64m"));
          }
        });
  }

  @Test
  void whatCannotBeInjectedSaysSoAndIsLeftAlone() {
    String namespace = cluster.namespace("kinds", Map.of());
    apply(Manifests.pod(namespace, "by-hand"));
    apply(Manifests.job(namespace, "migrate"));
    apply(Manifests.replicaSet(namespace, "old"));
    apply(Manifests.pod(namespace, "unlabelled"));
    apply(Manifests.pod(namespace, "made"));
    own(namespace, "made");
    label("pods", namespace, "made", Labels.INJECT, "java");
    label("namespaces", null, namespace, Labels.INJECT, "java");
    Map<String, String> places = Map.of("pods", "by-hand", "jobs", "migrate", "replicasets", "old");
    places.forEach((kind, name) -> label(kind, namespace, name, Labels.INJECT, "java"));

    for (String traced : List.of("pod-by-hand", "job-migrate", "replicaset-old")) {
      awaitStateOf(namespace, traced, "UnsupportedKind");
      assertThat(statusOfTraced(namespace, traced).conditions()).hasSize(1);
      assertThat(statusOfTraced(namespace, traced).message())
          .contains("label the Deployment, StatefulSet, DaemonSet or CronJob");
    }
    assertThat(names(namespace))
        .containsExactlyInAnyOrder("pod-by-hand", "job-migrate", "replicaset-old");
    places.forEach(
        (kind, name) ->
            assertThat(stored(kind, namespace, name).at("/spec").toString())
                .doesNotContain("tracingstack"));

    label("jobs", namespace, "migrate", Labels.INJECT, null);
    cluster.admin().pods().inNamespace(namespace).withName("by-hand").withGracePeriod(0).delete();
    eventually().until(() -> names(namespace).equals(List.of("replicaset-old")));
  }

  /** Goes the same steps with and without us, and compares what is left. */
  private void injectAndUndo(Consumer<String> steps) {
    String ours = create(Map.of("served", "true", Labels.INJECT, "java"));
    awaitInjectedCronJob(ours);
    steps.accept(ours);
    awaitInjectedCronJob(ours);
    label("namespaces", null, ours, Labels.INJECT, null);
    eventually().until(() -> traced(ours, "cronjob-nightly").isEmpty());

    String twin = create(Map.of());
    steps.accept(twin);
    assertThat(template("cronjobs", ours, "nightly"))
        .isEqualTo(template("cronjobs", twin, "nightly"));
    assertThat(managedByUs("cronjobs", ours, "nightly")).isFalse();
  }

  private String create(Map<String, String> labels) {
    String namespace = cluster.namespace("kinds", labels);
    kubectlApply(namespace, manifest(namespace));
    return namespace;
  }

  private boolean isServed(String namespace) {
    return cluster
        .admin()
        .namespaces()
        .withName(namespace)
        .get()
        .getMetadata()
        .getLabels()
        .containsKey("served");
  }

  private String labelledCronJob() {
    String namespace = cluster.namespace("kinds", Map.of());
    apply(manifest(namespace));
    label("cronjobs", namespace, "nightly", Labels.INJECT, "java");
    awaitInjectedCronJob(namespace);
    return namespace;
  }

  private void awaitInjectedCronJob(String namespace) {
    eventually().until(() -> template("cronjobs", namespace, "nightly").contains(Labels.INJECTED));
  }

  private void kubectlApply(String namespace, String manifest) {
    cluster.kubectl().runWith(manifest, "-n", namespace, "apply", "-f", "-");
  }

  private static String manifest(String namespace) {
    return Manifests.cronJob(namespace, "nightly");
  }

  /** Lets the operator look once more, and waits until it has. */
  private void look(String namespace) {
    passes.provoke(
        "TracedWorkload",
        1,
        () ->
            annotate(
                "tracedworkloads",
                namespace,
                "cronjob-nightly",
                "test/touch",
                Long.toString(System.nanoTime())));
    passes.awaitNone();
  }

  private String revision(String namespace) {
    return stored("cronjobs", namespace, "nightly")
        .at("/spec/jobTemplate/spec/template/metadata/labels/tracingstack.io~1revision")
        .asText();
  }

  private void own(String namespace, String pod) {
    cluster
        .admin()
        .pods()
        .inNamespace(namespace)
        .withName(pod)
        .edit(
            p -> {
              p.getMetadata()
                  .setOwnerReferences(
                      List.of(
                          new OwnerReferenceBuilder()
                              .withApiVersion("example.com/v1")
                              .withKind("Shop")
                              .withName("shop")
                              .withUid("5f9d1b6e-0000-4000-8000-000000000000")
                              .withController(true)
                              .build()));
              return p;
            });
  }

  private List<String> names(String namespace) {
    return cluster
        .admin()
        .resources(TracedWorkload.class)
        .inNamespace(namespace)
        .list()
        .getItems()
        .stream()
        .map(tw -> tw.getMetadata().getName())
        .toList();
  }
}
