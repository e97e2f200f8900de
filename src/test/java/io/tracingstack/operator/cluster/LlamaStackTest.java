package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.LlamaStackSpec;
import io.tracingstack.operator.api.v1alpha1.LlamaStackStatus;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/**
 * A real llama-stack 0.3.5 mixes requests up, and does so no longer once it is labelled, where pods
 * may do next to nothing and two processes serve.
 */
@ClusterTest
class LlamaStackTest {
  private static final String[] LOADS = {
    "plain",
    "streaming",
    "plain-traceparent",
    "streaming-traceparent",
    "closed-loop",
    "guardrails",
    "guardrails-one-at-a-time"
  };

  private static final LlamaStackSpec NEVER =
      new LlamaStackSpec(null, LlamaStackSpec.Patch.NEVER, LlamaStackSpec.Content.FULL);

  private final Sandbox sandbox;
  private final SharedStack stack;

  LlamaStackTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @Test
  void eachRequestToALabelledServerHasATraceOfItsOwn() {
    // Given: a server that somebody pointed at the collector, one that is labelled, and one whose
    // stack leaves the module as it is
    String namespace =
        sandbox.namespace(
            "",
            Map.of("pod-security.kubernetes.io/enforce", "restricted", Labels.STACK, stack.ref()));
    LlamaStackServer.prepare(namespace);
    long user = ThreadLocalRandom.current().nextLong(1_000_000_000L, 2_000_000_000L);
    Workload shipped =
        LlamaStackServer.of(namespace, "shipped", LlamaStackServer.V0_3_5)
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", stack.collectorOtlp())
            .env("OTEL_SERVICE_NAME", "shipped")
            .deploy();
    Workload labelled =
        LlamaStackServer.of(namespace, "labelled", LlamaStackServer.V0_3_5)
            .labelled()
            .workers(2)
            .runAsUser(user)
            .withReadinessProbe()
            .deploy();
    SharedStack.create(namespace, "never", Stacks.external(stack, NEVER));
    Workload left =
        LlamaStackServer.of(namespace, "left", LlamaStackServer.V0_3_5)
            .label(Labels.STACK, namespace + ".never")
            .labelled()
            .withReadinessProbe()
            .deploy();
    TracedWorkload tw = labelled.awaitTraced();
    TracedWorkload alone = left.awaitTraced();
    shipped.awaitRolledOut();

    // When
    JsonNode before = LlamaStackServer.judge(namespace, "shipped", stack, LOADS);
    JsonNode after = LlamaStackServer.judge(namespace, "labelled", stack, LOADS);
    JsonNode unchanged = LlamaStackServer.judge(namespace, "left", stack, "plain");

    // Then
    int compared = 0;
    for (String load : LOADS) {
      boolean concurrent = !load.endsWith("one-at-a-time");
      assertThat(before.at("/" + load + "/mix").asInt() > 0).as(load).isEqualTo(concurrent);
      assertThat(after.at("/" + load + "/mix").asInt()).as(load).isZero();
      // Now and then SQLite is too busy for a request.
      if (before.at("/" + load + "/requests").equals(after.at("/" + load + "/requests"))) {
        assertThat(after.at("/" + load + "/spans")).isEqualTo(before.at("/" + load + "/spans"));
        compared++;
      }
      if (load.endsWith("traceparent")) {
        assertThat(before.at("/" + load + "/joined").asInt()).isLessThan(40);
        assertThat(after.at("/" + load + "/joined")).isEqualTo(after.at("/" + load + "/requests"));
      }
    }
    assertThat(compared).as("loads whose spans were compared").isPositive();
    assertThat(before.at("/all/misplaced").asInt()).isPositive();
    assertThat(after.at("/all/misplaced").asInt()).isZero();
    assertThat(after.at("/all/moderations").asInt()).isPositive();
    assertRepaired(tw, after);
    assertThat(alone.getStatus().llamaStack().patch().reason()).isEqualTo("PatchDisabled");
    assertThat(unchanged.at("/plain/mix").asInt()).isPositive();
    assertThat(labelled.pods())
        .allSatisfy(
            pod -> {
              assertThat(pod.getSpec().getSecurityContext().getRunAsUser()).isEqualTo(user);
              assertThat(pod.getStatus().getContainerStatuses())
                  .allMatch(status -> status.getRestartCount() == 0);
            });
  }

  /** Both processes have the repair, and the status says which. */
  private static void assertRepaired(TracedWorkload tw, JsonNode seen) {
    assertThat(Workload.condition(tw, "AgentVerified").getReason()).isEqualTo("RepairApplied");
    LlamaStackStatus status = tw.getStatus().llamaStack();
    assertThat(status.version()).isEqualTo("0.3.5");
    assertThat(status.action()).isEqualTo("Patch");
    assertThat(status.content()).isEqualTo("Full");
    assertThat(status.patch().checks()).containsEntry("requests", "failed -> passed");
    assertThat(status.patch().running()).isEqualTo("Confirmed");
    assertThat(seen.at("/all/digests")).hasSize(1);
    assertThat(status.patch().after()).startsWith(seen.at("/all/digests/0").asText());
    assertThat(seen.at("/all/processes")).hasSize(2);
  }
}
