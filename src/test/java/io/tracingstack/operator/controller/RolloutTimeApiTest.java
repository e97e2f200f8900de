package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Rehearsal;
import io.tracingstack.operator.testing.Fault;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import io.tracingstack.operator.verification.Judgement;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What only time brings about. */
@QuarkusTest
class RolloutTimeApiTest extends RolloutScenario {
  @AfterEach
  void noStacks() {
    cluster.proxy().heal();
    deleteStacks();
    clock.reset();
  }

  @Test
  void allOthersWaitUntilTheCanaryWasProvenForTheSoak() {
    String namespace = stackWith("canary: 1, soak: 5m");
    labelled(namespace, "a");
    awaitInjected(namespace, "a");
    labelled(namespace, "b");
    awaitState(namespace, "b", "WaitingForCanary");
    prove(namespace, "a");
    awaitStage(namespace, "Soaking");
    clock.advance(Duration.ofMinutes(4));
    assertQuiet(namespace, "a", "b");
    assertThat(injected(namespace, "b")).isEmpty();

    clock.advance(Duration.ofMinutes(2));
    touchStack(namespace);
    awaitInjected(namespace, "b");
  }

  @Test
  void nothingRestartsOutsideTheWindows() {
    ZonedDateTime opening =
        clock.instant().atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.HOURS).plusHours(2);
    String namespace =
        stackWith(
            "canary: 0, windows: [{schedule: \"0 %d * * *\", duration: 30m}]"
                .formatted(opening.getHour()));
    labelled(namespace, "a");
    awaitState(namespace, "a", "OutsideWindow");
    assertQuiet(namespace, "a");
    assertThat(injected(namespace, "a")).isEmpty();
    assertThat(statusOfStack(namespace, STACK).rollout().message())
        .contains(opening.toInstant().toString());

    clock.advance(Duration.between(clock.instant(), opening).plusMinutes(1));
    touchStack(namespace);
    awaitInjected(namespace, "a");
    prove(namespace, "a");

    clock.advance(Duration.ofHours(1));
    labelled(namespace, "b");
    awaitState(namespace, "b", "OutsideWindow");
  }

  @Test
  void whatPassesItsRehearsalAfterTheWindowWaitsForTheNextOne() {
    cluster.kubectl().run("apply", "-f", "config/rbac/rehearsal.yaml");
    ZonedDateTime opened = clock.instant().atZone(ZoneOffset.UTC).minusMinutes(10);
    String namespace =
        stackWith(
            "canary: 0, rehearsal: Always, verifyTimeout: 100h, windows: [{schedule: \"%d %d,%d * *"
                    .formatted(opened.getMinute(), opened.getHour(), opened.plusHours(3).getHour())
                + " *\", duration: 30m}]");
    labelled(namespace, "a");
    String before = template(namespace, "a");
    eventually().until(() -> !rehearsals(namespace).isEmpty());
    clock.advance(Duration.ofHours(1));
    Pod pod = rehearsals(namespace).get(0);
    application.answerFor(pod.getMetadata().getName());
    controllers.run(pod, Pods.healthy(sha256()));
    awaitState(namespace, "a", "OutsideWindow");
    assertThat(statusOf(namespace, "a").rehearsal().outcome()).isEqualTo(Rehearsal.Outcome.PASSED);
    assertQuiet(namespace, "a");
    assertUntouched(namespace, "a", before);

    clock.advance(Duration.ofHours(2));
    touchStack(namespace);
    awaitInjected(namespace, "a");
    assertThat(rehearsals(namespace)).isEmpty();
    cluster.kubectl().run("delete", "-f", "config/rbac/rehearsal.yaml");
  }

  @Test
  void aTurnThatCouldNotBeUsedIsNoneInPlanMode() {
    String namespace = stackWith("canary: 0");
    refuseChanges(namespace);
    labelled(namespace, "a");
    String before = template(namespace, "a");
    awaitGranted(namespace, "a");
    changeTo(namespace, "mode: Plan");
    awaitStage(namespace, "Plan");
    touch(namespace, "a");
    awaitState(namespace, "a", "PlanOnly");
    cluster.proxy().heal();
    assertQuiet(namespace, "a");
    assertUntouched(namespace, "a", before);

    changeTo(namespace, "canary: 0");
    awaitInjected(namespace, "a");
  }

  @Test
  void aTurnThatCouldNotBeUsedIsNoneOnceTheOwnersRolloutIsOver() {
    String namespace = stackWith("canary: 0, restart: OnNextChange");
    labelled(namespace, "a");
    awaitState(namespace, "a", "AwaitingNextChange");
    refuseChanges(namespace);
    cluster.kubectl().run("-n", namespace, "set", "image", "deployment/a", "app=shop:2");
    String before = template(namespace, "a");
    controllers.beginRollOut(namespace, "a");
    awaitGranted(namespace, "a");
    controllers.rollOut(namespace, "a", Pods.healthy(sha256()));
    touch(namespace, "a");
    awaitState(namespace, "a", "AwaitingNextChange");
    cluster.proxy().heal();
    assertQuiet(namespace, "a");
    assertUntouched(namespace, "a", before);
    assertThat(statusOf(namespace, "a").taken().number())
        .as("it does not ride along with a later one either")
        .isEqualTo(traced(namespace, "deployment-a").orElseThrow().getSpec().admitted().number());
  }

  /** Lets nothing be written into workloads. */
  private void refuseChanges(String namespace) {
    cluster
        .proxy()
        .breaking(
            e ->
                e.isWrite() && e.path().contains("/" + namespace + "/deployments/")
                    ? Optional.of(new Fault.Refusal(500, "InternalError"))
                    : Optional.empty());
  }

  private void awaitGranted(String namespace, String name) {
    eventually()
        .until(
            () ->
                traced(namespace, "deployment-" + name)
                    .filter(tw -> tw.getSpec().admitted() != null)
                    .isPresent());
  }

  private List<Pod> rehearsals(String namespace) {
    return cluster
        .admin()
        .pods()
        .inNamespace(namespace)
        .withLabel(Labels.REHEARSAL)
        .list()
        .getItems();
  }

  @Test
  void aRevertWaitsForNoWindow() {
    ZonedDateTime now = clock.instant().atZone(ZoneOffset.UTC);
    String namespace =
        stackWith(
            "canary: 0, windows: [{schedule: \"%d %d * * *\", duration: 30m}]"
                .formatted(now.getMinute(), now.getHour()));
    labelled(namespace, "a");
    awaitInjected(namespace, "a");
    clock.advance(Duration.ofHours(1));
    crash(namespace, "a");
    awaitReverted(namespace, "a");
    assertThat(injected(namespace, "a")).isEmpty();
  }

  @Test
  void aProvenWorkloadThatFallsSilentIsAskedAndTold() {
    String namespace = stackWith("canary: 0, silentAfter: 20m");
    labelled(namespace, "a");
    awaitTraced(namespace, "a");
    clock.advance(Duration.ofMinutes(21));
    int asked = application.requests().size();
    touch(namespace, "a");
    eventually().until(() -> application.requests().size() > asked);
    passes.awaitNone();
    awaitState(namespace, "a", "Traced");

    application.traced(false);
    clock.advance(Duration.ofMinutes(21));
    int before = application.requests().size();
    passes.provoke("TracedWorkload", 2, () -> touch(namespace, "a"));
    assertThat(application.requests()).hasSize(before + 1);
    assertThat(statusOf(namespace, "a").state())
        .as("its span may be on its way")
        .isEqualTo("Traced");
    clock.advance(Judgement.PROOF_TIMEOUT);
    touch(namespace, "a");
    awaitState(namespace, "a", "StoppedSending");
    assertQuiet(namespace, "a");
    assertThat(statusOf(namespace, "a").state()).isEqualTo("StoppedSending");
    assertThat(statusOfStack(namespace, STACK).rollout().running()).isZero();
    assertThat(injected(namespace, "a")).containsExactly("a");
    assertThat(statusOf(namespace, "a").reverted()).isNull();

    application.traced(true);
    clock.advance(Duration.ofMinutes(1));
    touch(namespace, "a");
    awaitState(namespace, "a", "Traced");
  }

  @Test
  void anAnswerOfAnEarlierSilenceSaysNothingOfALaterOne() {
    String namespace = stackWith("canary: 0, silentAfter: 20m");
    labelled(namespace, "a");
    awaitTraced(namespace, "a");
    application.traced(false);
    int asked = application.requests().size();
    clock.advance(Duration.ofMinutes(21));
    passes.provoke("TracedWorkload", 2, () -> touch(namespace, "a"));
    assertThat(application.requests()).hasSize(asked + 1);
    counts.count(revision(namespace, "a"), 1);
    passes.provoke("TracedWorkload", 2, () -> touch(namespace, "a"));

    clock.advance(Duration.ofMinutes(21));
    passes.provoke("TracedWorkload", 2, () -> touch(namespace, "a"));
    assertThat(application.requests()).hasSize(asked + 2);
    assertThat(statusOf(namespace, "a").state()).isEqualTo("Traced");
  }

  @Test
  void whatIsReadyButNotProvenInTimeIsReverted() {
    String namespace = stackWith("canary: 0, verifyTimeout: 4m");
    unproven(namespace);
    for (int minute = 1; minute < 4; minute++) {
      int asked = application.requests().size();
      clock.advance(Duration.ofSeconds(61));
      // A request that is repeated does not begin the time anew.
      assertQuiet(namespace, "a");
      assertThat(application.requests()).hasSize(asked + 1);
    }
    assertThat(injected(namespace, "a")).containsExactly("a");

    clock.advance(Duration.ofMinutes(1));
    touch(namespace, "a");
    awaitReverted(namespace, "a");
    assertThat(statusOf(namespace, "a").reverted().reason()).isEqualTo("AgentNotStarted");
    assertThat(statusOf(namespace, "a").reverted().counted()).isTrue();
  }

  @Test
  void theFirstRequestAfterALongSilenceIsGivenItsTime() {
    String namespace = stackWith("canary: 0");
    withoutTraffic(namespace);

    // Counted at once, and found by a search some seconds later.
    clock.advance(Duration.ofMinutes(9));
    String revision = revision(namespace, "a");
    counts.count(revision, 1);
    touch(namespace, "a");
    awaitState(namespace, "a", "NotInStore");
    passes.provoke("TracedWorkload", 2, () -> touch(namespace, "a"));
    assertThat(injected(namespace, "a")).containsExactly("a");
    assertThat(statusOf(namespace, "a").reverted()).isNull();

    store.add("0123456789abcdef0123456789abcde2", revision, "");
    touch(namespace, "a");
    awaitState(namespace, "a", "Traced");
  }

  @Test
  void aCountedSpanIsTheStoresToLoseUntilItHasALaterOne() {
    String namespace = stackWith("canary: 0, verifyTimeout: 4m");
    withoutTraffic(namespace);
    counts.count(revision(namespace, "a"), 1);
    touch(namespace, "a");
    awaitState(namespace, "a", "NotInStore");

    clock.advance(Duration.ofMinutes(5));
    passes.provoke("TracedWorkload", 2, () -> touch(namespace, "a"));
    assertThat(injected(namespace, "a")).containsExactly("a");
    assertThat(statusOf(namespace, "a").reverted()).isNull();

    String former = statusOfStack(namespace, STACK).lastCanary().time();
    clock.advance(Duration.ofMinutes(6));
    touchStack(namespace);
    eventually().until(() -> !statusOfStack(namespace, STACK).lastCanary().time().equals(former));
    touch(namespace, "a");
    awaitReverted(namespace, "a");
    assertThat(statusOf(namespace, "a").reverted().reason()).isEqualTo("NotInStore");
  }

  @Test
  void timeDuringWhichThePipelineWasDownDoesNotCount() {
    String namespace = stackWith("canary: 0, verifyTimeout: 30m");
    unproven(namespace);
    telemetry.loseCanaries();
    clock.advance(Duration.ofMinutes(11));
    passes.provoke("TracingStack", 1, () -> touchStack(namespace));
    clock.advance(Duration.ofMinutes(1));
    touchStack(namespace);
    awaitCondition(namespace, STACK, ConditionType.PIPELINE_VERIFIED, "False", "CanaryLost");
    clock.advance(Duration.ofMinutes(30));
    passes.provoke("TracedWorkload", 2, () -> touch(namespace, "a"));
    assertThat(injected(namespace, "a")).containsExactly("a");

    telemetry.reset();
    // One that is on its way is lost.
    clock.advance(Duration.ofSeconds(20));
    passes.provoke("TracingStack", 2, () -> touchStack(namespace));
    awaitCondition(namespace, STACK, ConditionType.PIPELINE_VERIFIED, "True", "CanaryFound");
    passes.provoke("TracedWorkload", 2, () -> touch(namespace, "a"));
    assertThat(statusOf(namespace, "a").state()).isEqualTo("AgentNotStarted");
    assertThat(injected(namespace, "a")).containsExactly("a");

    clock.advance(Duration.ofMinutes(31));
    touch(namespace, "a");
    awaitReverted(namespace, "a");
  }

  /** A workload without a probe to repeat, whose pods have served for an hour unasked. */
  private void withoutTraffic(String namespace) {
    apply(Manifests.withoutProbe(Manifests.deployment(namespace, "a", application.port())));
    label("deployments", namespace, "a", Labels.INJECT, "java");
    awaitInjected(namespace, "a");
    controllers.rollOut(namespace, "a", Pods.healthy(sha256()).readyFor(Duration.ofHours(1)));
    awaitState(namespace, "a", "AwaitingTraffic");
  }

  /** A workload whose pods have served for an hour, and whose agent was now found missing. */
  private void unproven(String namespace) {
    application.traced(false);
    labelled(namespace, "a");
    awaitInjected(namespace, "a");
    controllers.rollOut(namespace, "a", Pods.healthy(sha256()).readyFor(Duration.ofHours(1)));
    awaitState(namespace, "a", "AwaitingProof");
    clock.advance(Duration.ofMinutes(5));
    touch(namespace, "a");
    awaitState(namespace, "a", "AgentNotStarted");
  }
}
