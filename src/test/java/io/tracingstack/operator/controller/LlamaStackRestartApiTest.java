package io.tracingstack.operator.controller;

import static io.tracingstack.operator.llamastack.ServerApi.LLAMA_STACK_DISTRIBUTION;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.testing.LlamaStackOperators;
import io.tracingstack.operator.testing.OperatorTest;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import jakarta.inject.Inject;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An operator that ends and starts again, beside servers that it knows by their owners only. */
@QuarkusTest
class LlamaStackRestartApiTest extends OperatorTest {
  @Inject LlamaStackOperators operators;

  @BeforeAll
  void serve() {
    operators.install(LLAMA_STACK_DISTRIBUTION);
    clusterWideStack();
  }

  @AfterAll
  void noServers() {
    operators.uninstall(LLAMA_STACK_DISTRIBUTION);
  }

  @Test
  void whatItDoesNotKnowYetIsNotUndoneAndWhatCameMeanwhileIsFound() {
    String traced = served();
    label(traced);
    awaitInjected(traced, "assistant");
    controllers.rollOut(traced, "assistant", Pods.healthy("").reporting("no report"));
    awaitState(traced, "assistant", "Traced");
    String uid = traced(traced, "deployment-assistant").orElseThrow().getMetadata().getUid();
    String before = template(traced, "assistant");
    String labelledMeanwhile = served();

    passes.awaitNone();
    cluster.stopOperator();
    label(labelledMeanwhile);
    cluster.startOperator();

    awaitInjected(labelledMeanwhile, "assistant");
    assertThat(template(traced, "assistant")).isEqualTo(before);
    assertThat(traced(traced, "deployment-assistant").orElseThrow().getMetadata().getUid())
        .isEqualTo(uid);
    awaitState(traced, "assistant", "Traced");
  }

  private String served() {
    String namespace = cluster.namespace("llama", Map.of());
    operators.serve(LLAMA_STACK_DISTRIBUTION, namespace, "assistant");
    return namespace;
  }

  private void label(String namespace) {
    operators.label(LLAMA_STACK_DISTRIBUTION, namespace, "assistant", Labels.INJECT, "llamastack");
  }
}
