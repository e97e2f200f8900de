package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Reverted;
import io.tracingstack.operator.testing.Exchange;
import io.tracingstack.operator.testing.Fault;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What fails comes out again, as it went in, and stays out until something is different. */
@QuarkusTest
class RevertApiTest extends RolloutScenario {
  @AfterEach
  void noStacks() {
    cluster.proxy().heal();
    cluster.startOperator();
    deleteStacks();
  }

  @ParameterizedTest
  @CsvSource({"Error, CrashLoop", "OOMKilled, OutOfMemory"})
  void podsThatFailWithUsAreRevertedWithTheEvidence(String end, String reason) {
    String namespace = stackWith("canary: 0");
    String before = healthy(namespace, "a");
    label("deployments", namespace, "a", Labels.INJECT, "java");
    awaitInjected(namespace, "a");
    String revision = revision(namespace, "a");
    controllers.rollOut(namespace, "a", Pods.failing(sha256(), "CrashLoopBackOff", end));
    awaitState(namespace, "a", "Reverting");
    eventually().untilAsserted(() -> assertUntouched(namespace, "a", before));
    awaitReverted(namespace, "a");

    Reverted reverted = statusOf(namespace, "a").reverted();
    assertThat(reverted.revision()).isEqualTo(revision);
    assertThat(reverted.reason()).isEqualTo(reason);
    assertThat(reverted.counted()).isTrue();
    assertThat(reverted.evidence().container()).isEqualTo("app");
    assertThat(reverted.evidence().exitCode()).isEqualTo(137);
    assertThat(reverted.evidence().restarts()).isEqualTo(3);
    assertThat(reverted.evidence().pod()).startsWith("a-");
    assertQuiet(namespace, "a");
    assertUntouched(namespace, "a", before);
  }

  @Test
  void whatFailedIsTriedAgainAfterARetryAChangeOrWithAnotherAgent() {
    String namespace = stackWith("canary: 0, failureBudget: 100");
    labelled(namespace, "a");
    failOnce(namespace, "a");
    annotate("tracedworkloads", namespace, "deployment-a", Labels.RETRY, "1");
    failOnce(namespace, "a");
    assertQuiet(namespace, "a");

    cluster.kubectl().run("-n", namespace, "set", "image", "deployment/a", "app=shop:2");
    failOnce(namespace, "a");
    assertQuiet(namespace, "a");

    changeTo(namespace, "canary: 0", agent("registry.example.com/agent:2"));
    awaitInjected(namespace, "a");
    prove(namespace, "a");
    assertThat(statusOf(namespace, "a").reverted()).isNull();
  }

  @Test
  void anUpgradeOfTheAgentGoesCanaryFirstAndReturnsToTheLastGoodOne() {
    String namespace = stackWith("canary: 0");
    labelled(namespace, "a", "b");
    awaitTraced(namespace, "a");
    awaitTraced(namespace, "b");
    Map<String, String> before =
        Map.of("a", template(namespace, "a"), "b", template(namespace, "b"));

    changeTo(
        namespace, "canary: 1, soak: 0s, onFailure: Pause", agent("registry.example.com/agent:2"));
    // Who asks first goes first.
    eventually().until(() -> with(namespace, "agent:2").size() == 1);
    String first = with(namespace, "agent:2").get(0);
    String other = first.equals("a") ? "b" : "a";
    awaitStage(namespace, "Canary");
    assertQuiet(namespace, "a", "b");
    assertThat(template(namespace, other)).isEqualTo(before.get(other));
    crash(namespace, first);
    eventually()
        .untilAsserted(() -> assertThat(template(namespace, first)).isEqualTo(before.get(first)));
    prove(namespace, first);
    awaitStage(namespace, "Stopped");
    assertThat(statusOf(namespace, first).reverted().reason()).isEqualTo("CrashLoop");
    assertThat(statusOf(namespace, first).reverted().recovered()).isTrue();
    assertQuiet(namespace, "a", "b");
    before.forEach((name, former) -> assertThat(template(namespace, name)).isEqualTo(former));

    changeTo(namespace, "canary: 1, soak: 0s", agent("registry.example.com/agent:3"));
    eventually().until(() -> with(namespace, "agent:3").size() == 1);
    String canary = with(namespace, "agent:3").get(0);
    assertQuiet(namespace, "a", "b");
    assertThat(with(namespace, "agent:3")).containsExactly(canary);
    prove(namespace, canary);
    eventually().until(() -> with(namespace, "agent:3").size() == 2);
  }

  @Test
  void whereTheLastGoodAgentFailsAsWellThereIsNoneUntilSomethingChanges() {
    String namespace = stackWith("canary: 0");
    String before = healthy(namespace, "a");
    upgrade(namespace, "a");
    crash(namespace, "a");
    eventually().until(() -> template(namespace, "a").contains(defaults.agentInitImage()));
    crash(namespace, "a");
    awaitReverted(namespace, "a");
    assertUntouched(namespace, "a", before);
    awaitStage(namespace, "Stopped");
    assertThat(statusOf(namespace, "a").reverted().message()).contains("failed as well: CrashLoop");
    assertQuiet(namespace, "a");
    assertUntouched(namespace, "a", before);
  }

  @Test
  void whereTheLastGoodAgentIsRefusedWhatFailedGoesAllTheSame() {
    String namespace = stackWith("canary: 0");
    String before = healthy(namespace, "a");
    upgrade(namespace, "a");
    AtomicBoolean refused = new AtomicBoolean();
    cluster
        .proxy()
        .breaking(
            e ->
                isChangeOf(namespace, "a", e) && refused.compareAndSet(false, true)
                    ? Optional.of(new Fault.Refusal(403, "Forbidden"))
                    : Optional.empty());
    crash(namespace, "a");
    eventually().untilTrue(refused);
    eventually()
        .untilAsserted(
            () -> {
              touch(namespace, "a");
              assertUntouched(namespace, "a", before);
            });
    awaitReverted(namespace, "a");
  }

  @Test
  void whatItsOwnerChangesWhileItIsPutBackHoldsNobodyUp() {
    String namespace = stackWith("canary: 0, maxConcurrent: 1");
    labelled(namespace, "a");
    awaitInjected(namespace, "a");
    crash(namespace, "a");
    awaitState(namespace, "a", "Reverting");
    eventually().until(() -> injected(namespace, "a").isEmpty());
    cluster
        .kubectl()
        .run(
            "-n",
            namespace,
            "set",
            "env",
            "deployment/a",
            "JAVA_TOOL_OPTIONS=-javaagent:/dd-java-agent.jar");
    awaitState(namespace, "a", "OtherAgentPresent");
    labelled(namespace, "b");
    awaitInjected(namespace, "b");
  }

  @Test
  void anInvalidStackKeepsNothingInThatHasFailed() {
    String namespace = stackWith("canary: 0");
    String before = healthy(namespace, "a");
    label("deployments", namespace, "a", Labels.INJECT, "java");
    awaitInjected(namespace, "a");
    cluster
        .proxy()
        .breaking(
            e ->
                isChangeOf(namespace, "a", e)
                    ? Optional.of(new Fault.Refusal(500, "InternalError"))
                    : Optional.empty());
    crash(namespace, "a");
    awaitState(namespace, "a", "Reverting");
    changeTo(namespace, "windows: [{schedule: never, duration: 1h}]");
    awaitCondition(namespace, STACK, ConditionType.READY, "False", "InvalidSpec");
    passes.awaitNone();
    assertThat(injected(namespace, "a")).containsExactly("a");

    cluster.proxy().heal();
    touch(namespace, "a");
    awaitState(namespace, "a", "StackInvalid");
    eventually().untilAsserted(() -> assertUntouched(namespace, "a", before));
    changeTo(namespace, "canary: 0");
    awaitReverted(namespace, "a");
    assertUntouched(namespace, "a", before);
  }

  @Test
  void anOperatorThatEndsBetweenTheVerdictAndTheUndoDoesIt() {
    String namespace = stackWith("canary: 0");
    String before = healthy(namespace, "a");
    label("deployments", namespace, "a", Labels.INJECT, "java");
    awaitInjected(namespace, "a");
    awaitState(namespace, "a", "AwaitingPods");
    passes.awaitNone();
    cluster.stopOperator();
    crash(namespace, "a");
    cluster.startOperator();
    awaitState(namespace, "a", "Reverting");
    passes.awaitNone();
    cluster.stopOperator();
    cluster.startOperator();
    awaitReverted(namespace, "a");
    assertUntouched(namespace, "a", before);
    assertThat(statusOf(namespace, "a").lostInjections()).isNull();
  }

  @Test
  void aChangeOfTheUsersOnTheWayIsNotCountedAsOurFailure() {
    String namespace = stackWith("canary: 0, onFailure: Pause");
    labelled(namespace, "a");
    awaitInjected(namespace, "a");
    awaitState(namespace, "a", "AwaitingPods");
    cluster.kubectl().run("-n", namespace, "set", "image", "deployment/a", "app=broken:2");
    crash(namespace, "a");
    awaitReverted(namespace, "a");
    assertThat(statusOf(namespace, "a").reverted().counted()).isFalse();
    awaitStage(namespace, "Idle");
    labelled(namespace, "b");
    awaitInjected(namespace, "b");
  }

  @Test
  void aChangeOfTheUsersAfterTheProofIsTheirs() {
    String namespace = stackWith("canary: 0");
    labelled(namespace, "a");
    awaitTraced(namespace, "a");
    cluster.kubectl().run("-n", namespace, "set", "image", "deployment/a", "app=broken:2");
    crash(namespace, "a");
    awaitState(namespace, "a", "WorkloadUnhealthy");
    assertQuiet(namespace, "a");
    assertThat(injected(namespace, "a")).containsExactly("a");
    assertThat(statusOf(namespace, "a").reverted()).isNull();
    prove(namespace, "a");
  }

  @Test
  void whatServedForLongWithoutTrafficIsNotPutBackForALaterCrash() {
    String namespace = stackWith("canary: 0");
    apply(Manifests.withoutProbe(Manifests.deployment(namespace, "a", application.port())));
    controllers.rollOut(namespace, "a", Pods.healthy(sha256()));
    label("deployments", namespace, "a", Labels.INJECT, "java");
    awaitInjected(namespace, "a");
    controllers.rollOut(namespace, "a", Pods.healthy(sha256()).readyFor(Duration.ofMinutes(6)));
    eventually().until(() -> statusOf(namespace, "a").settled() != null);
    assertThat(statusOf(namespace, "a").proof()).isNull();
    crash(namespace, "a");
    awaitState(namespace, "a", "WorkloadUnhealthy");
    assertQuiet(namespace, "a");
    assertThat(injected(namespace, "a")).containsExactly("a");
    assertThat(statusOf(namespace, "a").reverted()).isNull();
  }

  @Test
  void whatFailsWithoutUsIsNotTouched() {
    String namespace = stackWith("canary: 0");
    String before = healthy(namespace, "a");
    crash(namespace, "a");
    label("deployments", namespace, "a", Labels.INJECT, "java");
    awaitState(namespace, "a", "WorkloadUnhealthy");
    assertQuiet(namespace, "a");
    assertUntouched(namespace, "a", before);
    controllers.rollOut(namespace, "a", Pods.healthy(sha256()));
    awaitInjected(namespace, "a");
  }

  /** A point of the journey: the stack's rollout, the way there from the label, and its state. */
  private record Point(String rollout, Way way, String state) {}

  /** What the world does to a labelled workload. */
  private interface Way {
    void go(RevertApiTest test, String namespace);
  }

  static Stream<Named<Point>> points() {
    Way nothing = (t, ns) -> {};
    Way injected = (t, ns) -> t.awaitInjected(ns, "a");
    Way failing =
        (t, ns) -> {
          t.awaitInjected(ns, "a");
          t.crash(ns, "a");
        };
    return Stream.of(
            new Point("mode: Plan", nothing, "PlanOnly"),
            new Point("paused: true", nothing, "Paused"),
            new Point("restart: OnNextChange", nothing, "AwaitingNextChange"),
            new Point("canary: 0", (t, ns) -> t.crash(ns, "a"), ""),
            new Point("canary: 0", injected, "AwaitingPods"),
            new Point("canary: 0", (t, ns) -> t.awaitTraced(ns, "a"), "Traced"),
            new Point("canary: 0", failing, "Reverting"),
            new Point(
                "canary: 0",
                (t, ns) -> {
                  failing.go(t, ns);
                  t.awaitReverted(ns, "a");
                },
                "Reverted"))
        .map(point -> Named.of(point.state() + " " + point.rollout(), point));
  }

  @ParameterizedTest
  @MethodSource("points")
  void theLabelMayGoAtAnyPointAndTheTemplateIsAsItWas(Point point) {
    String namespace = stackWith(point.rollout());
    String before = healthy(namespace, "a");
    label("deployments", namespace, "a", Labels.INJECT, "java");
    point.way().go(this, namespace);
    if (!point.state().isEmpty()) {
      awaitState(namespace, "a", point.state());
    }
    label("deployments", namespace, "a", Labels.INJECT, null);
    eventually().until(() -> traced(namespace, "deployment-a").isEmpty());
    assertUntouched(namespace, "a", before);
  }

  /** Makes a healthy Deployment, and returns its template. */
  private String healthy(String namespace, String name) {
    apply(Manifests.deployment(namespace, name, application.port()));
    controllers.rollOut(namespace, name, Pods.healthy(sha256()));
    return template(namespace, name);
  }

  /** Proves a healthy Deployment, and gives it an agent that is not proven. */
  private void upgrade(String namespace, String name) {
    label("deployments", namespace, name, Labels.INJECT, "java");
    awaitTraced(namespace, name);
    changeTo(
        namespace, "canary: 1, soak: 0s, onFailure: Pause", agent("registry.example.com/agent:2"));
    eventually().until(() -> template(namespace, name).contains("agent:2"));
  }

  private static boolean isChangeOf(String namespace, String name, Exchange exchange) {
    return exchange.isWrite() && exchange.path().contains("/" + namespace + "/deployments/" + name);
  }

  private void failOnce(String namespace, String name) {
    awaitInjected(namespace, name);
    crash(namespace, name);
    awaitReverted(namespace, name);
  }

  private List<String> with(String namespace, String agent) {
    return Stream.of("a", "b").filter(name -> template(namespace, name).contains(agent)).toList();
  }

  private static String agent(String image) {
    return "instrumentation: {java: {agentImage: \"%s\"}}".formatted(image);
  }
}
