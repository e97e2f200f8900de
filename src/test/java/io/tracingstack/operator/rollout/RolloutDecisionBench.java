package io.tracingstack.operator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.stack.RolloutPlan;
import io.tracingstack.operator.testing.TestStacks;
import io.tracingstack.operator.testing.Yaml;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Deciding for 5,000 workloads in one pass: time and memory. Run by {@code hack/bench-rollout}. */
@Tag("bench")
class RolloutDecisionBench {
  private static final int WORKLOADS = 5_000;
  private static final int WARM_UP = 50;
  private static final int RUNS = 21;
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @Test
  void fiveThousandInOnePass() {
    RolloutPlan plan = TestStacks.plan("rollout: {canary: 1, maxConcurrent: 5}").rollout();
    List<TracedWorkload> workloads = workloads();
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] nanos = new long[RUNS];
    long[] bytes = new long[RUNS];
    for (int run = -WARM_UP; run < RUNS; run++) {
      long allocated = threads.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      RolloutDecision.Decision decision =
          RolloutDecision.next(plan, "new", workloads.stream().map(Member::of).toList(), true, NOW);
      if (run >= 0) {
        nanos[run] = System.nanoTime() - start;
        bytes[run] = threads.getCurrentThreadAllocatedBytes() - allocated;
      }
      assertThat(decision.admit()).isNotEmpty();
    }
    Arrays.sort(nanos);
    Arrays.sort(bytes);
    System.out.printf(
        "bench: deciding for %d workloads: %.1f ms, %.1f MiB allocated (medians of %d passes)%n",
        WORKLOADS, nanos[RUNS / 2] / 1e6, bytes[RUNS / 2] / 1048576.0, RUNS);
  }

  /** Half are traced, two are on their way, the others wait; in no order. */
  private static List<TracedWorkload> workloads() {
    List<TracedWorkload> workloads = new ArrayList<>();
    for (int i = 0; i < WORKLOADS; i++) {
      workloads.add(
          workload(i, i < WORKLOADS / 2 ? TRACED : i < WORKLOADS / 2 + 2 ? STARTING : WAITING));
    }
    Collections.shuffle(workloads, new Random(1));
    return workloads;
  }

  private static final String TURN = "{number: 1, revision: r, template: t, release: new}";
  private static final String TRACED =
      """
      state: Traced
      taken: %s
      conditions:
        - {type: Injected, status: 'True', reason: Injected, lastTransitionTime: '2026-11-21T10:00:00Z'}
        - {type: Traced, status: 'True', reason: Traced, lastTransitionTime: '2026-11-21T10:00:00Z'}
      """
          .formatted(TURN);
  private static final String STARTING =
      """
      state: Progressing
      taken: %s
      conditions:
        - {type: Injected, status: 'True', reason: Injected, lastTransitionTime: '2026-11-21T11:59:00Z'}
      """
          .formatted(TURN);
  private static final String WAITING =
      """
      state: WaitingForSlot
      candidate: %s
      conditions:
        - {type: Admitted, status: 'False', reason: WaitingForSlot, lastTransitionTime: '2026-11-21T10:00:00Z'}
      """
          .formatted(TURN);

  private static TracedWorkload workload(int number, String status) {
    TracedWorkload workload = new TracedWorkload();
    workload.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace("team-" + number % 100)
            .withName("deployment-" + number)
            .build());
    workload.setStatus(Yaml.read(status, TracedWorkloadStatus.class));
    return workload;
  }
}
