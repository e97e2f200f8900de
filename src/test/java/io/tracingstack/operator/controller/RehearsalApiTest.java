package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.Rehearsal;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.llamastack.ServerApi;
import io.tracingstack.operator.status.Conditions;
import io.tracingstack.operator.testing.Fault;
import io.tracingstack.operator.testing.LlamaStackOperators;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A change is tried in a pod of its own, and reaches the workload only when that went well. */
@QuarkusTest
class RehearsalApiTest extends RolloutScenario {
  private static final String RIGHTS = "config/rbac/rehearsal.yaml";
  private static final String ALWAYS = "canary: 0, rehearsal: Always";

  @Inject LlamaStackOperators operators;

  @BeforeEach
  void allow() {
    cluster.kubectl().run("apply", "-f", RIGHTS);
  }

  @AfterEach
  void noStacks() {
    cluster.proxy().heal();
    cluster.startOperator();
    deleteStacks();
    // Before the right is taken away.
    eventually()
        .until(
            () ->
                cluster
                    .admin()
                    .pods()
                    .inAnyNamespace()
                    .withLabel(Labels.REHEARSAL)
                    .list()
                    .getItems()
                    .isEmpty());
  }

  @AfterAll
  void forbid() {
    cluster.kubectl().run("delete", "-f", RIGHTS);
  }

  @Test
  void thePodIsOfNobodyAndHoldsNoClaimOfTheWorkload() {
    String namespace = stackWith(ALWAYS);
    apply(
        Manifests.deployment(
                namespace,
                "a",
                application.port(),
                "volumeMounts: [{name: data, mountPath: /data}]")
            + "      volumes: [{name: data, persistentVolumeClaim: {claimName: a}}]\n");
    controllers.rollOut(namespace, "a", Pods.healthy(sha256()));
    String before = template(namespace, "a");
    label("deployments", namespace, "a", Labels.INJECT, "java");

    Pod pod = awaitPod(namespace, "a");

    TracedWorkload tw = traced(namespace, "deployment-a").orElseThrow();
    assertThat(pod.getMetadata().getLabels())
        .containsOnlyKeys(Labels.REHEARSAL, Labels.REVISION)
        .containsEntry(Labels.REHEARSAL, tw.getMetadata().getUid());
    assertThat(pod.getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(
            owner -> {
              assertThat(owner.getUid()).isEqualTo(tw.getMetadata().getUid());
              assertThat(owner.getController()).isTrue();
            });
    PodSpec spec = pod.getSpec();
    assertThat(spec.getVolumes()).extracting(Volume::getPersistentVolumeClaim).containsOnlyNulls();
    assertThat(spec.getActiveDeadlineSeconds()).isEqualTo(11 * 60);
    assertThat(spec.getInitContainers())
        .extracting(c -> c.getName())
        .contains("tracingstack-agent");
    awaitState(namespace, "a", "Rehearsing");
    assertThat(statusOf(namespace, "a").message()).contains("empty volumes in place of [data]");
    assertThat(statusOf(namespace, "a").rehearsal().emptyVolumes()).containsExactly("data");
    assertUntouched(namespace, "a", before);
  }

  @Test
  void whatIsProvenInTheRehearsalGoesIntoTheWorkloadAndThePodGoes() {
    String namespace = stackWith(ALWAYS);
    labelled(namespace, "a");
    Pod pod = awaitPod(namespace, "a");
    assertQuiet(namespace, "a");

    pass(pod);

    awaitInjected(namespace, "a");
    assertThat(podsOf(namespace, "a")).isEmpty();
    Rehearsal rehearsal = statusOf(namespace, "a").rehearsal();
    assertThat(rehearsal.outcome()).isEqualTo(Rehearsal.Outcome.PASSED);
    assertThat(rehearsal.message()).contains("the proof request is in the store");
    assertThat(rehearsal.pod()).isNull();
    assertThat(pod.getMetadata().getLabels().get(Labels.REVISION))
        .as("spans of the rehearsal prove nothing about the workload")
        .isNotEqualTo(revision(namespace, "a"));
    prove(namespace, "a");
    assertQuiet(namespace, "a");
  }

  @Test
  void withoutAProbeItIsEnoughToBecomeReadyWithTheAgent() {
    String namespace = stackWith(ALWAYS);
    apply(Manifests.withoutProbe(Manifests.deployment(namespace, "a", application.port())));
    controllers.rollOut(namespace, "a", Pods.healthy(sha256()));
    label("deployments", namespace, "a", Labels.INJECT, "java");

    controllers.run(awaitPod(namespace, "a"), Pods.healthy(sha256()));

    awaitInjected(namespace, "a");
    assertThat(statusOf(namespace, "a").rehearsal().message()).contains("not asked for a span");
  }

  @Test
  void aLlamaStackServerIsTriedWithItsRepair() {
    String namespace = stackWith(ALWAYS);
    operators.install(ServerApi.LLAMA_STACK_DISTRIBUTION);
    operators.serve(ServerApi.LLAMA_STACK_DISTRIBUTION, namespace, "a");
    controllers.rollOut(namespace, "a", Pods.healthy(""));
    operators.label(
        ServerApi.LLAMA_STACK_DISTRIBUTION, namespace, "a", Labels.INJECT, "llamastack");
    Pod pod = awaitPod(namespace, "a");

    assertThat(pod.getSpec().getInitContainers())
        .extracting(c -> c.getName())
        .containsExactly("tracingstack-repair");
    application.answerFor(pod.getMetadata().getName());
    controllers.run(pod, Pods.healthy("").reporting(LlamaStackOperators.REPAIR_APPLIED));

    awaitInjected(namespace, "a");
    Rehearsal rehearsal = statusOf(namespace, "a").rehearsal();
    assertThat(rehearsal.outcome()).isEqualTo(Rehearsal.Outcome.PASSED);
    assertThat(rehearsal.message()).contains("the proof request is in the store");
    operators.uninstall(ServerApi.LLAMA_STACK_DISTRIBUTION);
  }

  @Test
  void whatFailsIsNeverWrittenAndStopsTheOthers() {
    String namespace = stackWith("canary: 1, rehearsal: Always, onFailure: Pause");
    labelled(namespace, "a");
    String before = template(namespace, "a");
    long generation = generation(namespace, "a");

    Pod pod = awaitPod(namespace, "a");
    labelled(namespace, "b");
    controllers.run(pod, Pods.failing(sha256(), "CrashLoopBackOff", "Error"));

    awaitState(namespace, "a", "RehearsalFailed");
    eventually().until(() -> podsOf(namespace, "a").isEmpty());
    eventually().until(() -> statusOf(namespace, "a").rehearsal().pod() == null);
    Rehearsal failed = statusOf(namespace, "a").rehearsal();
    assertThat(failed.reason()).isEqualTo("CrashLoop");
    assertThat(failed.counted()).isTrue();
    assertThat(failed.evidence().pod()).isEqualTo(pod.getMetadata().getName());
    assertThat(failed.evidence().container()).isEqualTo("app");
    assertThat(failed.evidence().exitCode()).isEqualTo(137);
    assertUntouched(namespace, "a", before);
    assertThat(generation(namespace, "a")).isEqualTo(generation);
    awaitStage(namespace, "Stopped");
    awaitState(namespace, "b", "RolloutStopped");
    assertQuiet(namespace, "a", "b");
    assertThat(podsOf(namespace, "b")).isEmpty();

    annotate("tracedworkloads", namespace, "deployment-a", Labels.RETRY, "1");
    pass(awaitPod(namespace, "a"));
    awaitInjected(namespace, "a");
  }

  @Test
  void anUpgradeThatFailsItsRehearsalLeavesTheFormerAgentIn() {
    String namespace = stackWith("canary: 0");
    labelled(namespace, "a");
    awaitTraced(namespace, "a");
    String before = template(namespace, "a");

    changeTo(
        namespace,
        ALWAYS,
        "instrumentation: {java: {agentImage: 'registry.example.com/agent:2',"
            + " agentSha256: "
            + sha256()
            + "}}");
    Pod pod = awaitPod(namespace, "a");
    controllers.run(pod, Pods.failing(sha256(), "CrashLoopBackOff", "Error"));

    eventually()
        .until(
            () ->
                Conditions.reasonOf(statusOf(namespace, "a").conditions(), ConditionType.ADMITTED)
                    .equals(Optional.of(Reason.REHEARSAL_FAILED)));
    eventually().until(() -> podsOf(namespace, "a").isEmpty());
    eventually().until(() -> statusOfStack(namespace, STACK).rollout().failures() == 1);
    assertThat(template(namespace, "a")).isEqualTo(before);
    assertThat(statusOf(namespace, "a").state()).isEqualTo("Traced");
    assertQuiet(namespace, "a");
    long taken = statusOf(namespace, "a").taken().number();
    annotate("tracedworkloads", namespace, "deployment-a", Labels.RETRY, "1");
    eventually()
        .until(
            () ->
                Optional.ofNullable(statusOf(namespace, "a").candidate())
                    .filter(asked -> asked.number() > taken)
                    .isPresent());
    awaitPod(namespace, "a");
  }

  @Test
  void withoutTheRightNothingIsTouchedAndTheStatusHasTheCommand() {
    cluster.kubectl().run("delete", "-f", RIGHTS);
    String namespace = stackWith(ALWAYS);
    labelled(namespace, "a");
    String before = template(namespace, "a");

    awaitState(namespace, "a", "RehearsalForbidden");

    assertThat(statusOf(namespace, "a").message())
        .contains(
            "kubectl create clusterrolebinding tracingstack-rehearsal"
                + " --clusterrole=tracingstack-rehearsal"
                + " --serviceaccount=tracingstack-system:tracingstack-operator");
    assertThat(statusOf(namespace, "a").candidate()).isNull();
    assertQuiet(namespace, "a");
    assertUntouched(namespace, "a", before);

    allow();
    eventually()
        .until(
            () -> {
              touch(namespace, "a");
              return !"RehearsalForbidden".equals(statusOf(namespace, "a").state());
            });
    awaitPod(namespace, "a");
  }

  @Test
  void whatIsRefusedAsAPodIsNotTouched() {
    String namespace = stackWith(ALWAYS);
    cluster
        .proxy()
        .breaking(
            e ->
                e.isIn(namespace) && e.method().equals("POST") && e.path().endsWith("/pods")
                    ? Optional.of(new Fault.Refusal(403, "exceeded quota"))
                    : Optional.empty());
    labelled(namespace, "a");
    String before = template(namespace, "a");

    awaitState(namespace, "a", "RehearsalRefused");

    assertThat(statusOf(namespace, "a").message()).contains("exceeded quota");
    assertUntouched(namespace, "a", before);
    assertQuiet(namespace, "a");
    cluster.proxy().heal();
    touch(namespace, "a");
    awaitPod(namespace, "a");
  }

  @Test
  void whatCannotBeTriedIsNotTouchedUnlessItsOwnerOptsOut() {
    String namespace = stackWith(ALWAYS);
    apply(Manifests.deployment(namespace, "a", application.port()) + "      hostNetwork: true\n");
    controllers.rollOut(namespace, "a", Pods.healthy(sha256()));
    String before = template(namespace, "a");
    label("deployments", namespace, "a", Labels.INJECT, "java");
    awaitState(namespace, "a", "CannotRehearse");
    assertUntouched(namespace, "a", before);

    annotate("deployments", namespace, "a", Labels.REHEARSAL, "false");
    awaitInjected(namespace, "a");
    assertThat(podsOf(namespace, "a")).isEmpty();
  }

  @Test
  void oneWorkloadMayAskForItByItself() {
    String namespace = stackWith("canary: 0");
    apply(Manifests.deployment(namespace, "a", application.port()));
    annotate("deployments", namespace, "a", Labels.REHEARSAL, "true");
    controllers.rollOut(namespace, "a", Pods.healthy(sha256()));
    labelled(namespace, "b");
    label("deployments", namespace, "a", Labels.INJECT, "java");
    awaitPod(namespace, "a");
    awaitInjected(namespace, "b");
    assertThat(podsOf(namespace, "b")).isEmpty();
  }

  @Test
  void anOperatorThatEndsInTheMiddleGoesOnWithTheSamePod() {
    String namespace = stackWith(ALWAYS);
    labelled(namespace, "a");
    Pod pod = awaitPod(namespace, "a");
    passes.awaitNone();
    cluster.stopOperator();
    cluster.startOperator();
    assertQuiet(namespace, "a");
    assertThat(podsOf(namespace, "a"))
        .extracting(p -> p.getMetadata().getUid())
        .containsExactly(pod.getMetadata().getUid());

    cluster.stopOperator();
    pass(pod);
    cluster.startOperator();
    awaitInjected(namespace, "a");
    assertThat(podsOf(namespace, "a")).isEmpty();
  }

  @Test
  void whatPassedIsNotTriedAgain() {
    String namespace = stackWith(ALWAYS);
    labelled(namespace, "a");
    pass(awaitPod(namespace, "a"));
    awaitTraced(namespace, "a");
    int mark = cluster.proxy().mark();
    String replaced =
        Manifests.deployment(namespace, "a", application.port())
            .replaceFirst("labels:", "labels:\n    tracingstack.io/inject: java");
    cluster.admin().resource(replaced).update();
    awaitTraced(namespace, "a");
    assertThat(
            cluster
                .proxy()
                .since(mark, e -> e.isWrite() && e.isIn(namespace) && e.path().endsWith("/pods")))
        .isEmpty();
  }

  @Test
  void theLabelMayGoInTheMiddleAndNothingIsLeft() {
    String namespace = stackWith(ALWAYS);
    labelled(namespace, "a");
    String before = template(namespace, "a");
    Pod pod = awaitPod(namespace, "a");
    label("deployments", namespace, "a", Labels.INJECT, null);
    eventually().until(() -> traced(namespace, "deployment-a").isEmpty());
    eventually().until(() -> gone(pod));
    assertUntouched(namespace, "a", before);
  }

  @Test
  void theStackMayGoInTheMiddleAndNothingIsLeft() {
    String namespace = stackWith(ALWAYS);
    labelled(namespace, "a");
    String before = template(namespace, "a");
    Pod pod = awaitPod(namespace, "a");
    deleteStacks();
    eventually().until(() -> gone(pod));
    assertUntouched(namespace, "a", before);
  }

  @Test
  void aChangeOfTheTemplateInTheMiddleIsTriedAnew() {
    String namespace = stackWith(ALWAYS);
    labelled(namespace, "a");
    Pod first = awaitPod(namespace, "a");
    cluster.kubectl().run("-n", namespace, "set", "image", "deployment/a", "app=shop:2");
    eventually()
        .until(
            () -> {
              settleUnlessInjected("deployments", namespace, "a");
              return gone(first) && podsOf(namespace, "a").size() == 1;
            });
    Pod second = awaitPod(namespace, "a");
    assertThat(second.getSpec().getContainers().get(0).getImage()).isEqualTo("shop:2");
    pass(second);
    awaitInjected(namespace, "a");
  }

  @Test
  void aCronJobRestartsNothingAndIsNotTried() {
    String namespace = stackWith(ALWAYS);
    apply(Manifests.cronJob(namespace, "nightly"));
    label("cronjobs", namespace, "nightly", Labels.INJECT, "java");
    awaitInjected("cronjobs", namespace, "nightly");
    assertThat(statusOfTraced(namespace, "cronjob-nightly").rehearsal()).isNull();
  }

  /** Lets the rehearsal's pod run and answer. */
  private void pass(Pod pod) {
    application.answerFor(pod.getMetadata().getName());
    controllers.run(pod, Pods.healthy(sha256()));
  }

  private Pod awaitPod(String namespace, String name) {
    eventually()
        .untilAsserted(
            () ->
                assertThat(podsOf(namespace, name))
                    .as(() -> statusOf(namespace, name).toString())
                    .hasSize(1));
    return podsOf(namespace, name).get(0);
  }

  private List<Pod> podsOf(String namespace, String name) {
    return cluster
        .admin()
        .pods()
        .inNamespace(namespace)
        .withLabel(Labels.REHEARSAL)
        .list()
        .getItems()
        .stream()
        .filter(p -> p.getMetadata().getName().startsWith(name + "-rehearsal-"))
        .toList();
  }

  private boolean gone(Pod pod) {
    return cluster.admin().resource(pod).get() == null;
  }

  private long generation(String namespace, String name) {
    return stored("deployments", namespace, name).at("/metadata/generation").asLong();
  }
}
