package io.tracingstack.operator.journey;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.verification.PodLife;
import io.tracingstack.operator.verification.PodView;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Pods with content of ours that their workload's template has no more, where their controller may
 * never replace them. What it replaces by itself is not among them.
 *
 * @param all those that still run, by name
 * @param stuck those of them that their StatefulSet waits for and that never became Ready. With
 *     {@code OrderedReady} it does not replace them (kubernetes#67250, documented as "forced
 *     rollback"): they stay until somebody deletes them
 * @param byHand whether nobody but the owner can end them
 * @param command by which the owner does
 */
public record LeftPods(List<Pod> all, List<Pod> stuck, boolean byHand, String command) {
  /** There are none. */
  public static final LeftPods NONE = new LeftPods(List.of(), List.of(), false, "");

  // The kubelet sets both times in the same moment, and statuses hold whole seconds.
  private static final Duration SAME_MOMENT = Duration.ofSeconds(1);

  /**
   * Finds them.
   *
   * @param template the workload's present one
   * @param pods the workload's own
   */
  public static LeftPods of(
      HasMetadata workload, RolloutView rollout, PodTemplateSpec template, List<Pod> pods) {
    boolean mayStay = workload instanceof StatefulSet || rollout.onDelete() || rollout.paused();
    if (!mayStay || rollout.byRuns()) {
      return NONE;
    }
    String present = revision(template.getMetadata().getLabels());
    List<Pod> left =
        pods.stream()
            .filter(p -> isLeft(p, present))
            .sorted(Comparator.comparing(p -> p.getMetadata().getName()))
            .toList();
    if (left.isEmpty()) {
      return NONE;
    }
    List<Pod> kept =
        left.stream()
            .filter(p -> rollout.onDelete() || rollout.paused() || isPartitionedOff(workload, p))
            .toList();
    return new LeftPods(
        left,
        workload instanceof StatefulSet set && isOrdered(set)
            ? left.stream()
                .filter(p -> !kept.contains(p) && neverReady(p))
                .filter(p -> !rollout.observed() || isOfFormerRevision(set, p))
                .toList()
            : List.of(),
        kept.size() == left.size(),
        rollout.paused()
            ? "kubectl -n %s rollout resume deployment %s"
                .formatted(workload.getMetadata().getNamespace(), workload.getMetadata().getName())
            : "kubectl -n %s delete pod %s"
                .formatted(
                    workload.getMetadata().getNamespace(),
                    String.join(" ", left.stream().map(p -> p.getMetadata().getName()).toList())));
  }

  /** The same when we may not delete a pod. */
  public LeftPods forbidden() {
    return new LeftPods(all, stuck, true, command);
  }

  /** Whether it is pods of ours that keep the workload from being healthy, and not itself. */
  public boolean hold() {
    return byHand || all.stream().anyMatch(p -> !PodView.of(p).ready());
  }

  private static boolean isLeft(Pod pod, String present) {
    String revision = revision(pod.getMetadata().getLabels());
    PodLife life = PodLife.of(pod);
    return revision != null && !revision.equals(present) && !life.deleting() && !life.over();
  }

  private static String revision(Map<String, String> labels) {
    return labels == null ? null : labels.get(Labels.REVISION);
  }

  private static boolean isOrdered(StatefulSet set) {
    return !"Parallel".equals(set.getSpec().getPodManagementPolicy());
  }

  private static boolean isPartitionedOff(HasMetadata workload, Pod pod) {
    if (!(workload instanceof StatefulSet set)) {
      return false;
    }
    int partition =
        Optional.ofNullable(set.getSpec().getUpdateStrategy())
            .map(s -> s.getRollingUpdate())
            .map(r -> r.getPartition())
            .orElse(0);
    String name = pod.getMetadata().getName();
    String ordinal = name.substring(name.lastIndexOf('-') + 1);
    return ordinal.matches("\\d{1,9}") && Integer.parseInt(ordinal) < partition;
  }

  /** Whether its successor would be made from another revision than it is of. */
  private static boolean isOfFormerRevision(StatefulSet set, Pod pod) {
    String update = set.getStatus() == null ? null : set.getStatus().getUpdateRevision();
    String own = pod.getMetadata().getLabels().get("controller-revision-hash");
    return update != null && own != null && !update.equals(own);
  }

  /** One that has been Ready may hold somebody's work, and becomes Ready again perhaps. */
  private static boolean neverReady(Pod pod) {
    if (pod.getStatus() == null) {
      return true;
    }
    Optional<PodCondition> ready =
        pod.getStatus().getConditions().stream()
            .filter(c -> "Ready".equals(c.getType()))
            .findFirst();
    if (ready.isEmpty()) {
      return pod.getStatus().getStartTime() == null;
    }
    return "False".equals(ready.get().getStatus())
        && ready.get().getLastTransitionTime() != null
        && pod.getStatus().getStartTime() != null
        && !Instant.parse(ready.get().getLastTransitionTime())
            .isAfter(Instant.parse(pod.getStatus().getStartTime()).plus(SAME_MOMENT));
  }
}
