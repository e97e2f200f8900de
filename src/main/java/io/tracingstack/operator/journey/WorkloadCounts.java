package io.tracingstack.operator.journey;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracingStackStatus.Workloads;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** Counts a stack's workloads by what their states mean. */
public final class WorkloadCounts {
  private WorkloadCounts() {}

  /** The counts; a status may be null or without a state. */
  public static Workloads of(Collection<TracedWorkloadStatus> statuses) {
    Map<Reason.Group, Integer> counts = new EnumMap<>(Reason.Group.class);
    statuses.stream()
        .filter(Objects::nonNull)
        .filter(s -> s.state() != null)
        .forEach(s -> counts.merge(group(s.state()), 1, Integer::sum));
    return new Workloads(
        counts.values().stream().mapToInt(Integer::intValue).sum(),
        counts.getOrDefault(Reason.Group.WAITING, 0),
        counts.getOrDefault(Reason.Group.PROGRESSING, 0),
        counts.getOrDefault(Reason.Group.TRACED, 0),
        counts.getOrDefault(Reason.Group.SILENT, 0),
        counts.getOrDefault(Reason.Group.FAILED, 0));
  }

  /** A state that another version of the operator wrote will be written anew soon. */
  private static Reason.Group group(String state) {
    try {
      return Reason.ofApiName(state).group();
    } catch (IllegalArgumentException writtenByAnotherVersion) {
      return Reason.Group.PROGRESSING;
    }
  }
}
