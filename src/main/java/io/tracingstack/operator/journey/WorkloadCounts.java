package io.tracingstack.operator.journey;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracingStackStatus.Workloads;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/** Counts a stack's workloads by what their states mean. */
public final class WorkloadCounts {
  private WorkloadCounts() {}

  /** The counts; a status may be null or without a state. */
  public static Workloads of(Collection<TracedWorkloadStatus> statuses) {
    Map<Reason.Group, Integer> counts = new EnumMap<>(Reason.Group.class);
    for (Reason.Group group : Reason.Group.values()) {
      counts.put(group, (int) statuses.stream().filter(s -> isIn(group, s)).count());
    }
    return new Workloads(
        counts.values().stream().mapToInt(Integer::intValue).sum(),
        counts.get(Reason.Group.WAITING),
        counts.get(Reason.Group.PROGRESSING),
        counts.get(Reason.Group.TRACED),
        counts.get(Reason.Group.SILENT),
        counts.get(Reason.Group.REVERTED),
        counts.get(Reason.Group.FAILED));
  }

  /** Whether a workload's state belongs to a group; one without a state, or status, to none. */
  public static boolean isIn(Reason.Group group, TracedWorkloadStatus status) {
    return status != null && status.state() != null && group(status.state()) == group;
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
