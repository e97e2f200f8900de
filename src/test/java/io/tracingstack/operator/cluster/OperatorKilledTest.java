package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * No decision depends on having seen an event: an operator that dies anywhere ends nowhere else.
 */
@Isolated
@ClusterTest
class OperatorKilledTest {
  private static final int WORKLOADS = 4;

  private final Sandbox sandbox;
  private final SharedStack stack;

  OperatorKilledTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @AfterEach
  void operatorIsBack() {
    Operator.awaitReady();
  }

  @Test
  void deathsOnTheWayChangeNothingInTheEnd() {
    // Given
    long seed = System.nanoTime();
    Random random = new Random(seed);
    System.out.println("e2e: seed " + seed);
    String namespace = sandbox.servedBy(stack);
    List<Workload> workloads = new ArrayList<>();
    for (int i = 0; i < WORKLOADS; i++) {
      App app = App.backend(namespace, "backend-" + i);
      workloads.add(i % 2 == 0 ? app.deploy() : app.deployStatefulSet());
    }
    List<String> before = workloads.stream().map(w -> w.awaitRolledOut().template()).toList();

    // When
    for (Workload workload : workloads) {
      workload.label();
      killAtRandom(random);
    }
    killAtRandom(random);

    // Then
    for (Workload workload : workloads) {
      workload.assertTraceInTempo(SharedStack.NAMESPACE, SharedStack.NAME, workload.awaitTraced());
      workload.assertInjected();
      assertThat(workload.json().at("/metadata/generation").asInt())
          .as("writes to the template of " + workload)
          .isEqualTo(2);
    }

    // When
    for (Workload workload : workloads) {
      workload.unlabel();
    }
    killAtRandom(random);

    // Then
    for (int i = 0; i < WORKLOADS; i++) {
      workloads.get(i).awaitForgotten();
      assertThat(workloads.get(i).template()).isEqualTo(before.get(i));
    }
  }

  /** At some moment of a start or of the work after it. */
  private static void killAtRandom(Random random) {
    Duration moment = Duration.ofMillis(random.nextInt(8000));
    Awaitility.await().pollDelay(moment).timeout(moment.plusSeconds(5)).until(() -> true);
    System.out.printf("e2e: kill after %d ms%n", moment.toMillis());
    Operator.kill();
  }
}
