package io.tracingstack.operator.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracingStackStatus.Workloads;
import io.tracingstack.operator.testing.Yaml;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WorkloadCountsTest {
  @Test
  void workloadsAreCountedByWhatTheirStatesMean() {
    assertThat(
            counts("Traced", "Traced", "AwaitingTraffic", "Progressing", "CrashLoop", "NoConsent"))
        .isEqualTo(new Workloads(6, 1, 1, 2, 1, 0, 1));
  }

  @Test
  void whatHasNoStateYetIsNotCounted() {
    assertThat(WorkloadCounts.of(Arrays.asList(null, TracedWorkloadStatus.empty())))
        .isEqualTo(new Workloads(0, 0, 0, 0, 0, 0, 0));
  }

  @Test
  void aStateOfAnotherVersionDoesNotStopTheCount() {
    assertThat(counts("FromTheFuture", "Traced")).isEqualTo(new Workloads(2, 0, 1, 1, 0, 0, 0));
  }

  private static Workloads counts(String... states) {
    List<TracedWorkloadStatus> statuses =
        Stream.of(states)
            .map(state -> Yaml.read("state: " + state, TracedWorkloadStatus.class))
            .toList();
    return WorkloadCounts.of(statuses);
  }
}
