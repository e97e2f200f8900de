package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.OperatorTest;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A namespace with its own stack, and healthy workloads that wait to be traced by it. */
abstract class RolloutScenario extends OperatorTest {
  static final String STACK = "tracing";

  /** Makes a stack with this rollout, and waits until its pipeline is verified. */
  String stackWith(String rollout) {
    String namespace = cluster.namespace("rollout", Map.of());
    readyStack(namespace, STACK, "rollout: {" + rollout + "}");
    return namespace;
  }

  /** Gives the stack another rollout. */
  void changeTo(String namespace, String rollout, String... more) {
    String[] spec = Arrays.copyOf(more, more.length + 1);
    spec[more.length] = "rollout: {" + rollout + "}";
    apply(Manifests.stack(namespace, STACK, spec));
  }

  void labelled(String namespace, String... names) {
    for (String name : names) {
      labelledDeployment(namespace, name);
    }
  }

  /** Which of these have our fields in their pod templates. */
  List<String> injected(String namespace, String... names) {
    return Arrays.stream(names)
        .filter(name -> template(namespace, name).contains(Labels.INJECTED))
        .toList();
  }

  /** Which of these were changed and are not proven yet. */
  List<String> onTheirWay(String namespace, String... names) {
    return injected(namespace, names).stream()
        .filter(name -> !"Traced".equals(statusOf(namespace, name).state()))
        .toList();
  }

  void prove(String namespace, String name) {
    controllers.rollOut(namespace, name, Pods.healthy(sha256()));
    awaitState(namespace, name, "Traced");
  }

  /** Lets the pods of a workload's present template crash. */
  void crash(String namespace, String name) {
    controllers.rollOut(namespace, name, Pods.failing(sha256(), "CrashLoopBackOff", "Error"));
  }

  /** Lets a workload's controller follow until the operator has put it back, and it is healthy. */
  void awaitReverted(String namespace, String name) {
    eventually()
        .untilAsserted(
            () -> {
              settleUnlessInjected("deployments", namespace, name);
              assertThat(statusOf(namespace, name).state())
                  .as(() -> statusOf(namespace, name).toString())
                  .isEqualTo("Reverted");
            });
  }

  void awaitStage(String namespace, String stage) {
    eventually()
        .untilAsserted(
            () ->
                assertThat(statusOfStack(namespace, STACK).rollout())
                    .satisfies(r -> assertThat(r.stage()).as(r.toString()).isEqualTo(stage)));
  }

  /** Looks at the stack again, as when time alone has changed something. */
  void touchStack(String namespace) {
    annotate("services", namespace, STACK + "-collector", "test/touch", "" + System.nanoTime());
  }

  /** Looks at these workloads and their stack several times, which must write nothing. */
  void assertQuiet(String namespace, String... names) {
    passes.awaitNone();
    int mark = cluster.proxy().mark();
    for (String name : names) {
      passes.provoke("TracedWorkload", 3, () -> touch(namespace, name));
    }
    passes.provoke("TracingStack", 3, () -> touchStack(namespace));
    passes.awaitNone();
    assertThat(cluster.proxy().since(mark, e -> e.isWrite() && e.isIn(namespace))).isEmpty();
  }

  /** The template is as it was, and nothing in the object is ours. */
  void assertUntouched(String namespace, String name, String before) {
    assertThat(template(namespace, name)).isEqualTo(before);
    assertThat(managedByUs("deployments", namespace, name)).isFalse();
  }
}
