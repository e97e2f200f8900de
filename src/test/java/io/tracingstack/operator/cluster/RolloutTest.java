package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.cluster.History.Event;
import io.tracingstack.operator.cluster.History.What;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Many workloads are labelled at once: canary, soak, and then a few at a time. */
@Isolated
@ClusterTest
class RolloutTest {
  private static final int WORKLOADS = 12;
  private static final int AT_ONCE = 3;
  private static final Duration SOAK = Duration.ofSeconds(20);
  private static final String CANARY = "shop-07";

  private final Sandbox sandbox;
  private final SharedStack stack;

  RolloutTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @AfterEach
  void operatorIsBack() {
    Operator.awaitReady();
  }

  @Test
  void allGoInTheirOrderWhateverHappensToTheOperator() throws Exception {
    // Given
    String namespace = sandbox.namespace("", Map.of());
    stack.behind(
        namespace,
        "own",
        "{canary: 1, soak: %ds, maxConcurrent: %d}".formatted(SOAK.toSeconds(), AT_ONCE));
    List<Workload> workloads = new ArrayList<>();
    for (int i = 0; i < WORKLOADS; i++) {
      workloads.add(App.backend(namespace, "shop-%02d".formatted(i)).deploy());
    }
    workloads.forEach(Workload::awaitRolledOut);
    Cluster.kubectl("-n", namespace, "annotate", "deployment/" + CANARY, Labels.CANARY + "=true");

    try (History history = History.of(namespace)) {
      // When
      Cluster.kubectl("label", "namespace", namespace, Labels.INJECT + "=java");
      workloads.get(7).awaitTraced();
      Operator.kill();
      history.awaitTraced(4);
      Operator.kill();
      history.awaitTraced(8);
      Operator.kill();
      history.awaitTraced(WORKLOADS);

      // Then
      List<Event> injections =
          history.events().stream().filter(e -> e.what() == What.INJECTED).toList();
      assertThat(injections).extracting(Event::workload).hasSize(WORKLOADS).startsWith(CANARY);
      Event proven = history.first(CANARY, What.TRACED);
      assertThat(Duration.between(proven.seen(), injections.get(1).seen()))
          .as("soak")
          .isGreaterThanOrEqualTo(SOAK.minusSeconds(2));
      assertThat(injections.subList(1, WORKLOADS))
          .extracting(Event::workload)
          .as("by name, as far as slots were given at the same time")
          .doesNotContain(CANARY);
      assertThat(history.mostOnTheirWay()).isLessThanOrEqualTo(AT_ONCE);
    }
    for (Workload workload : workloads) {
      // The API server counts an annotation of a Deployment as well.
      int before = workload.name().equals(CANARY) ? 2 : 1;
      assertThat(workload.json().at("/metadata/generation").asInt())
          .as("writes to the template of " + workload)
          .isEqualTo(before + 1);
    }
  }
}
