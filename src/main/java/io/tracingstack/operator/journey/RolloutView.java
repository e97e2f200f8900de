package io.tracingstack.operator.journey;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.verification.PodView;
import java.util.List;
import java.util.Optional;

/**
 * How far the workload's controller is with the present pod template.
 *
 * @param observed whether the controller has seen the present template
 * @param updated pods of the present template
 * @param available pods of the present template that serve, as far as the kind reports them
 * @param total all pods, former revisions included
 */
public record RolloutView(
    boolean observed,
    int desired,
    int updated,
    int available,
    int total,
    boolean paused,
    boolean onDelete) {

  /** The view of a Deployment. */
  public static RolloutView of(Deployment deployment) {
    DeploymentStatus status =
        Optional.ofNullable(deployment.getStatus()).orElseGet(DeploymentStatus::new);
    return new RolloutView(
        isObserved(deployment.getMetadata().getGeneration(), status.getObservedGeneration()),
        orElse(deployment.getSpec().getReplicas(), 1),
        orElse(status.getUpdatedReplicas(), 0),
        orElse(status.getAvailableReplicas(), 0),
        orElse(status.getReplicas(), 0),
        Boolean.TRUE.equals(deployment.getSpec().getPaused()),
        false);
  }

  /** The view of a StatefulSet. */
  public static RolloutView of(StatefulSet set) {
    StatefulSetStatus status =
        Optional.ofNullable(set.getStatus()).orElseGet(StatefulSetStatus::new);
    boolean settled =
        status.getUpdateRevision() != null
            && status.getUpdateRevision().equals(status.getCurrentRevision());
    return new RolloutView(
        isObserved(set.getMetadata().getGeneration(), status.getObservedGeneration()),
        orElse(set.getSpec().getReplicas(), 1),
        // updatedReplicas is dropped from the status once every pod is of the update revision.
        settled ? orElse(status.getReplicas(), 0) : orElse(status.getUpdatedReplicas(), 0),
        orElse(status.getReadyReplicas(), 0),
        orElse(status.getReplicas(), 0),
        false,
        set.getSpec().getUpdateStrategy() != null
            && "OnDelete".equals(set.getSpec().getUpdateStrategy().getType()));
  }

  /** Whether all desired pods are of the present template and serve, and no others are left. */
  public boolean complete() {
    return observed && updated == desired && available == desired && total == desired;
  }

  /** The condition RolledOut; {@code pods} are those of the injected revision. */
  public Finding finding(List<PodView> pods) {
    if (complete()) {
      return desired == 0
          ? Finding.unknown(Reason.SCALED_TO_ZERO, "no pods are wanted")
          : Finding.yes(
              Reason.ROLLED_OUT, "%d of %d pods are of this revision".formatted(updated, desired));
    }
    Optional<PodView> troubled = pods.stream().filter(p -> p.trouble().isPresent()).findFirst();
    if (troubled.isPresent()) {
      PodView pod = troubled.get();
      Reason reason =
          switch (pod.trouble().get()) {
            case CRASH_LOOP -> Reason.CRASH_LOOP;
            case OUT_OF_MEMORY -> Reason.OUT_OF_MEMORY;
            case IMAGE_PULL -> Reason.IMAGE_PULL;
          };
      return Finding.no(reason, "pod " + pod.name() + " does not run");
    }
    if (paused) {
      return Finding.no(Reason.PAUSED_DEPLOYMENT, "the Deployment is paused");
    }
    if (onDelete && observed && updated < desired) {
      return Finding.no(
          Reason.ON_DELETE, "%d of %d pods are of this revision".formatted(updated, desired));
    }
    return Finding.no(
        Reason.PROGRESSING,
        "%d of %d pods are of this revision, %d available, %d of former revisions left"
            .formatted(updated, desired, available, Math.max(0, total - updated)));
  }

  private static boolean isObserved(Long generation, Long observedGeneration) {
    return generation == null || (observedGeneration != null && observedGeneration >= generation);
  }

  private static int orElse(Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }
}
