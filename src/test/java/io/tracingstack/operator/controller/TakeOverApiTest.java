package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Variables of users that they let us take over come back exactly. */
@QuarkusTest
class TakeOverApiTest extends UndoScenario {
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
}
