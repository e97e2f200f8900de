package io.tracingstack.operator.verification;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStateRunning;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.tracingstack.operator.injection.Footprint;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where a pod stands between its creation and its end.
 *
 * @param node where it is; empty while it is not scheduled
 * @param injected its containers with our agent
 * @param deleting whether somebody has asked for its end
 * @param over whether it has ended and is left as a record only, such as an evicted pod
 * @param startedAt the containers that run now, and since when
 * @param runningSince since when all of them run; empty while one does not
 * @param unreadySince when it lost Ready, or was first found without; empty while it is Ready
 */
public record PodLife(
    Optional<String> node,
    List<String> injected,
    boolean deleting,
    boolean over,
    Map<String, Instant> startedAt,
    Optional<Instant> runningSince,
    Optional<Instant> unreadySince) {

  /** Reads a pod. */
  public static PodLife of(Pod pod) {
    Map<String, Instant> startedAt = startedAt(pod.getStatus());
    boolean all =
        !startedAt.isEmpty()
            && pod.getSpec().getContainers().stream()
                .map(Container::getName)
                .allMatch(startedAt::containsKey);
    return new PodLife(
        Optional.ofNullable(pod.getSpec().getNodeName()),
        pod.getSpec().getContainers().stream()
            .filter(Footprint::isIn)
            .map(Container::getName)
            .toList(),
        pod.getMetadata().getDeletionTimestamp() != null,
        Optional.ofNullable(pod.getStatus())
            .map(PodStatus::getPhase)
            .filter(phase -> phase.equals("Failed") || phase.equals("Succeeded"))
            .isPresent(),
        startedAt,
        all ? startedAt.values().stream().max(Instant::compareTo) : Optional.empty(),
        unreadySince(pod.getStatus()));
  }

  private static Map<String, Instant> startedAt(PodStatus status) {
    Map<String, Instant> startedAt = new TreeMap<>();
    if (status != null) {
      status
          .getContainerStatuses()
          .forEach(
              c ->
                  Optional.ofNullable(c.getState())
                      .map(s -> s.getRunning())
                      .map(ContainerStateRunning::getStartedAt)
                      .ifPresent(at -> startedAt.put(c.getName(), Instant.parse(at))));
    }
    return startedAt;
  }

  private static Optional<Instant> unreadySince(PodStatus status) {
    return Optional.ofNullable(status).stream()
        .flatMap(s -> s.getConditions().stream())
        .filter(c -> "Ready".equals(c.getType()) && !"True".equals(c.getStatus()))
        .filter(c -> c.getLastTransitionTime() != null)
        .map(c -> Instant.parse(c.getLastTransitionTime()))
        .findFirst();
  }
}
