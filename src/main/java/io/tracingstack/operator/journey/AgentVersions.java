package io.tracingstack.operator.journey;

import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracingStackStatus.AgentVersion;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Which versions of the agent a stack's workloads run with: during an upgrade more than one. */
public final class AgentVersions {
  private AgentVersions() {}

  /**
   * The versions that injected pods reported, by name; null when none has.
   *
   * @param statuses each may be null, or without a report
   */
  public static List<AgentVersion> of(Collection<TracedWorkloadStatus> statuses) {
    List<AgentVersion> versions =
        statuses.stream()
            .filter(Objects::nonNull)
            .map(TracedWorkloadStatus::agent)
            .filter(agent -> agent != null && agent.version() != null)
            .collect(
                Collectors.groupingBy(
                    TracedWorkloadStatus.AgentReport::version,
                    TreeMap::new,
                    Collectors.summingInt(agent -> 1)))
            .entrySet()
            .stream()
            .map(e -> new AgentVersion(e.getKey(), e.getValue()))
            .toList();
    return versions.isEmpty() ? null : versions;
  }
}
