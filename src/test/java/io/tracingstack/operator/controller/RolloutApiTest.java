package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Plan;
import io.tracingstack.operator.status.Conditions;
import io.tracingstack.operator.testing.Fault;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who goes when: canaries, slots, pauses, plans, and what stops a rollout. */
@QuarkusTest
class RolloutApiTest extends RolloutScenario {
  private static final String REVISION = "/spec/template/metadata/labels/tracingstack.io~1revision";

  @AfterEach
  void noStacks() {
    cluster.proxy().heal();
    cluster.startOperator();
    deleteStacks();
  }

  @Test
  void canariesGoFirstByTheirAnnotationAndAllOthersAFewAtATime() {
    String namespace = stackWith("paused: true, canary: 1, soak: 0s, maxConcurrent: 2");
    labelled(namespace, "a", "b", "c");
    apply(Manifests.deployment(namespace, "z", application.port()));
    annotate("deployments", namespace, "z", Labels.CANARY, "true");
    controllers.rollOut(namespace, "z", Pods.healthy(sha256()));
    label("deployments", namespace, "z", Labels.INJECT, "java");
    for (String name : List.of("a", "b", "c", "z")) {
      awaitState(namespace, name, "Paused");
    }

    changeTo(namespace, "canary: 1, soak: 0s, maxConcurrent: 2");
    awaitInjected(namespace, "z");
    awaitStage(namespace, "Canary");
    awaitState(namespace, "c", "WaitingForCanary");
    assertQuiet(namespace, "a", "c", "z");
    assertThat(injected(namespace, "a", "b", "c", "z")).containsExactly("z");

    prove(namespace, "z");
    awaitInjected(namespace, "a");
    awaitInjected(namespace, "b");
    awaitState(namespace, "c", "WaitingForSlot");
    assertQuiet(namespace, "a", "b", "c", "z");
    assertThat(injected(namespace, "c")).isEmpty();

    prove(namespace, "b");
    awaitInjected(namespace, "c");
    prove(namespace, "a");
    prove(namespace, "c");
    awaitStage(namespace, "Idle");
    assertThat(statusOfStack(namespace, STACK).traced()).isEqualTo("4/4");
  }

  @Test
  void aPauseStopsAtOnceAndItsEndGoesOn() {
    String namespace = stackWith("canary: 0, maxConcurrent: 1");
    labelled(namespace, "a");
    awaitInjected(namespace, "a");
    labelled(namespace, "b");
    awaitState(namespace, "b", "WaitingForSlot");
    changeTo(namespace, "canary: 0, maxConcurrent: 1, paused: true");
    awaitState(namespace, "b", "Paused");

    prove(namespace, "a");
    assertQuiet(namespace, "a", "b");
    assertThat(injected(namespace, "b")).isEmpty();

    changeTo(namespace, "canary: 0, maxConcurrent: 1");
    awaitInjected(namespace, "b");
    prove(namespace, "b");
  }

  @Test
  void withOnFailurePauseTheFirstFailureStopsAllOthers() {
    String namespace = stackWith("canary: 0, maxConcurrent: 1, onFailure: Pause");
    labelled(namespace, "a");
    awaitInjected(namespace, "a");
    labelled(namespace, "b");
    crash(namespace, "a");
    awaitReverted(namespace, "a");
    awaitStage(namespace, "Stopped");
    awaitState(namespace, "b", "RolloutStopped");
    assertThat(
            awaitCondition(
                namespace, STACK, ConditionType.ROLLOUT_HEALTHY, "False", "RolloutStopped"))
        .contains(namespace + "/deployment-a");
    assertQuiet(namespace, "a", "b");
    assertThat(injected(namespace, "a", "b")).isEmpty();

    changeTo(namespace, "canary: 0, maxConcurrent: 1, failureBudget: 1");
    awaitInjected(namespace, "b");
    awaitCondition(namespace, STACK, ConditionType.ROLLOUT_HEALTHY, "True", "RolloutHealthy");
  }

  @Test
  void afterMoreFailuresThanTheBudgetNobodyElseGoes() {
    String namespace = stackWith("canary: 0, maxConcurrent: 1, failureBudget: 1");
    for (String name : List.of("a", "b")) {
      labelled(namespace, name);
      awaitInjected(namespace, name);
      crash(namespace, name);
      awaitReverted(namespace, name);
    }
    labelled(namespace, "c");
    awaitState(namespace, "c", "RolloutStopped");
    assertQuiet(namespace, "a", "b", "c");
    assertThat(injected(namespace, "a", "b", "c")).isEmpty();
    assertThat(statusOfStack(namespace, STACK).rollout().failures()).isEqualTo(2);
  }

  @Test
  void whoGoesAtOnceIsToldNothingButTheResult() {
    String namespace = stackWith("canary: 0");
    labelled(namespace, "a");
    awaitTraced(namespace, "a");
    assertThat(
            cluster
                .admin()
                .v1()
                .events()
                .inNamespace(namespace)
                .withField("involvedObject.kind", "Deployment")
                .withField("involvedObject.name", "a")
                .list()
                .getItems())
        .filteredOn(e -> !e.getReason().equals("RolloutInProgress"))
        .extracting(e -> e.getType() + " " + e.getReason())
        .containsExactly("Normal Traced");
  }

  @Test
  void aPlanIsShownInFullAndNothingOfItIsDone() {
    String namespace = stackWith("mode: Plan");
    apply(Manifests.deployment(namespace, "a", application.port()));
    controllers.rollOut(namespace, "a", Pods.healthy(sha256()));
    String before = template(namespace, "a");
    label("deployments", namespace, "a", Labels.INJECT, "java");
    awaitState(namespace, "a", "PlanOnly");
    Plan plan = statusOf(namespace, "a").plan();
    assertThat(plan.patch()).contains("kind: \"Deployment\"", "tracingstack-agent", "-javaagent:");
    assertThat(plan.restarts()).startsWith("1 pod");
    assertThat(plan.verdict()).contains("dry run");
    assertThat(plan.place()).contains("by name as " + namespace + "/deployment-a");
    eventually()
        .until(
            () ->
                List.of(namespace + "/deployment-a")
                    .equals(statusOfStack(namespace, STACK).rollout().next()));
    assertQuiet(namespace, "a");
    assertUntouched(namespace, "a", before);

    changeTo(namespace, "canary: 0");
    awaitTraced(namespace, "a");
    assertThat(statusOf(namespace, "a").plan()).isNull();
    assertThat(plan.patch()).contains(stored("deployments", namespace, "a").at(REVISION).asText());
  }

  @Test
  void thePatientRideTheUsersOwnChangeAndNothingElse() {
    String namespace = stackWith("canary: 0, restart: OnNextChange");
    apply(Manifests.deployment(namespace, "a", application.port()));
    controllers.rollOut(namespace, "a", Pods.healthy(sha256()));
    String before = template(namespace, "a");
    label("deployments", namespace, "a", Labels.INJECT, "java");
    awaitState(namespace, "a", "AwaitingNextChange");
    annotate("deployments", namespace, "a", "example.com/note", "1");
    passes.awaitNone();
    controllers.rollOut(namespace, "a", Pods.healthy(sha256()));
    assertQuiet(namespace, "a");
    assertUntouched(namespace, "a", before);

    cluster.kubectl().run("-n", namespace, "set", "image", "deployment/a", "app=shop:2");
    controllers.beginRollOut(namespace, "a");
    eventually().until(() -> !injected(namespace, "a").isEmpty());
    awaitState(namespace, "a", "AwaitingPods");
    assertThat(statusOf(namespace, "a").taken().riding()).isTrue();
    prove(namespace, "a");
  }

  @Test
  void aPausedDeploymentWaitsUntilItIsResumed() {
    String namespace = stackWith("canary: 0");
    apply(Manifests.deployment(namespace, "a", application.port()));
    cluster.kubectl().run("-n", namespace, "rollout", "pause", "deployment/a");
    controllers.rollOut(namespace, "a", Pods.healthy(sha256()));
    String before = template(namespace, "a");
    label("deployments", namespace, "a", Labels.INJECT, "java");
    awaitState(namespace, "a", "PausedDeployment");
    assertQuiet(namespace, "a");
    assertUntouched(namespace, "a", before);

    cluster.kubectl().run("-n", namespace, "rollout", "resume", "deployment/a");
    awaitInjected(namespace, "a");
  }

  @Test
  void whatADryRunRefusesAsksForNoTurnAndIsNotWritten() {
    String namespace = stackWith("canary: 0");
    cluster
        .proxy()
        .breaking(
            e ->
                e.isIn(namespace) && e.toString().contains("dryRun=All")
                    ? Optional.of(new Fault.Refusal(403, "Forbidden"))
                    : Optional.empty());
    labelled(namespace, "a");
    awaitState(namespace, "a", "RefusedByDryRun");
    assertThat(Conditions.reasonOf(statusOf(namespace, "a").conditions(), ConditionType.PREFLIGHT))
        .contains(Reason.REFUSED_BY_DRY_RUN);
    assertQuiet(namespace, "a");
    assertThat(statusOf(namespace, "a").candidate()).isNull();
    assertThat(injected(namespace, "a")).isEmpty();

    cluster.proxy().heal();
    touch(namespace, "a");
    awaitInjected(namespace, "a");
  }

  @Test
  void whileThePipelineIsDownNobodyGoes() {
    String namespace = cluster.namespace("rollout", Map.of());
    apply(Manifests.stack(namespace, STACK));
    labelled(namespace, "a");
    awaitState(namespace, "a", "PipelineDown");
    passes.provoke("TracedWorkload", 3, () -> touch(namespace, "a"));
    assertThat(injected(namespace, "a")).isEmpty();
    tempoOperator.report(namespace, STACK, "Ready", "");
    collectorUp(namespace, STACK);
    awaitInjected(namespace, "a");
  }

  @Test
  void anOperatorThatIsRestartedAtEachStageKeepsTheLimitsAndArrives() {
    String[] names = {"a", "b", "c", "d", "e"};
    String namespace = stackWith("paused: true");
    labelled(namespace, names);
    for (String name : names) {
      awaitState(namespace, name, "Paused");
    }
    changeTo(namespace, "canary: 1, soak: 0s, maxConcurrent: 2");
    for (int expected : new int[] {1, 2, 2}) {
      eventually().until(() -> onTheirWay(namespace, names).size() == expected);
      restart(() -> {});
      assertQuiet(namespace, names);
      List<String> going = onTheirWay(namespace, names);
      assertThat(going).hasSize(expected);
      restart(() -> going.forEach(n -> controllers.rollOut(namespace, n, Pods.healthy(sha256()))));
      going.forEach(name -> awaitState(namespace, name, "Traced"));
    }
    eventually().until(() -> "5/5".equals(statusOfStack(namespace, STACK).traced()));
  }

  @Test
  void turnsGrantedAndNotTakenCountAfterARestart() {
    String[] names = {"a", "b", "c", "d"};
    String namespace = stackWith("paused: true");
    labelled(namespace, names);
    for (String name : names) {
      awaitState(namespace, name, "Paused");
    }
    cluster
        .proxy()
        .breaking(
            e ->
                // Any other refusal that lasts would end the turn.
                e.isWrite() && e.path().contains("/" + namespace + "/deployments/")
                    ? Optional.of(new Fault.Refusal(429, "TooManyRequests"))
                    : Optional.empty());
    changeTo(namespace, "canary: 0, maxConcurrent: 2");
    eventually().until(() -> granted(namespace) == 2);
    restart(() -> {});
    passes.provoke("TracingStack", 3, () -> touchStack(namespace));
    assertThat(granted(namespace)).isEqualTo(2);

    cluster.proxy().heal();
    // The pause between retries may have grown.
    for (String name : names) {
      touch(namespace, name);
    }
    eventually().until(() -> injected(namespace, names).size() == 2);
    assertQuiet(namespace, names);
    assertThat(injected(namespace, names)).hasSize(2);
  }

  @Test
  void theFirstLookIsAtTheApiServerAlsoWhenThatFailsOnce() {
    AtomicInteger looks = new AtomicInteger();
    cluster
        .proxy()
        .breaking(
            e ->
                e.isListOf("tracedworkloads") && looks.incrementAndGet() == 1
                    ? Optional.of(new Fault.Refusal(500, "InternalError"))
                    : Optional.empty());
    stackWith("canary: 0");
    assertThat(looks).hasValue(2);
  }

  @Test
  void aStackDeletedInTheMiddleLeavesEveryWorkloadAsItWas() {
    String namespace = stackWith("canary: 0, maxConcurrent: 1");
    Map<String, String> before = new TreeMap<>();
    for (String name : List.of("a", "b", "c")) {
      apply(Manifests.deployment(namespace, name, application.port()));
      before.put(name, template(namespace, name));
      controllers.rollOut(namespace, name, Pods.healthy(sha256()));
    }
    label("deployments", namespace, "a", Labels.INJECT, "java");
    awaitInjected(namespace, "a");
    prove(namespace, "a");
    label("deployments", namespace, "b", Labels.INJECT, "java");
    awaitInjected(namespace, "b");
    label("deployments", namespace, "c", Labels.INJECT, "java");
    awaitState(namespace, "c", "WaitingForSlot");

    deleteStacks();
    before.forEach(
        (name, template) -> {
          eventually().until(() -> traced(namespace, "deployment-" + name).isEmpty());
          assertUntouched(namespace, name, template);
        });
  }

  @Test
  void aSecondStackInTheMiddleTakesEverythingOutUntilOneIsNamed() {
    String namespace = stackWith("canary: 0, maxConcurrent: 1");
    apply(Manifests.deployment(namespace, "a", application.port()));
    String before = template(namespace, "a");
    controllers.rollOut(namespace, "a", Pods.healthy(sha256()));
    label("deployments", namespace, "a", Labels.INJECT, "java");
    awaitInjected(namespace, "a");
    labelled(namespace, "b");
    awaitState(namespace, "b", "WaitingForSlot");

    apply(Manifests.otlpStack(namespace, "second"));
    collectorUp(namespace, "second");
    awaitState(namespace, "a", "AmbiguousStack");
    awaitState(namespace, "b", "AmbiguousStack");
    eventually().untilAsserted(() -> assertUntouched(namespace, "a", before));

    annotate("deployments", namespace, "a", Labels.STACK, namespace + ".second");
    annotate("deployments", namespace, "b", Labels.STACK, namespace + "." + STACK);
    awaitInjected(namespace, "a");
    awaitInjected(namespace, "b");
    assertThat(template(namespace, "a")).contains("second-collector");
    assertThat(template(namespace, "b")).contains(STACK + "-collector");
    eventually().until(() -> statusOfStack(namespace, "second").workloads().selected() == 1);
    eventually().until(() -> statusOfStack(namespace, STACK).workloads().selected() == 1);
  }

  private int granted(String namespace) {
    return (int)
        cluster
            .admin()
            .resources(TracedWorkload.class)
            .inNamespace(namespace)
            .list()
            .getItems()
            .stream()
            .filter(tw -> tw.getSpec().admitted() != null)
            .count();
  }

  private void restart(Runnable meanwhile) {
    passes.awaitNone();
    cluster.stopOperator();
    meanwhile.run();
    cluster.startOperator();
  }
}
