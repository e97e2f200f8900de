package io.tracingstack.operator.journey;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.injection.WorkloadKind;
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
 * @param paused whether a Deployment's rollout is, or a CronJob's runs are, held by the user
 * @param byRuns whether pods come and go with runs, so that no controller brings them up to date
 */
public record RolloutView(
    boolean observed,
    int desired,
    int updated,
    int available,
    int total,
    boolean paused,
    boolean onDelete,
    boolean byRuns) {

  /**
   * The view of a workload.
   *
   * @throws IllegalArgumentException when its kind cannot be injected
   */
  public static RolloutView of(WorkloadKind kind, HasMetadata workload) {
    return switch (kind) {
      case DEPLOYMENT -> of((Deployment) workload);
      case STATEFUL_SET -> of((StatefulSet) workload);
      case DAEMON_SET -> of((DaemonSet) workload);
      case CRON_JOB -> of((CronJob) workload);
      case REPLICA_SET, JOB, POD ->
          throw new IllegalArgumentException("a " + kind.kind() + " has no rollout");
    };
  }

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
        false,
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
            && "OnDelete".equals(set.getSpec().getUpdateStrategy().getType()),
        false);
  }

  /** The view of a DaemonSet; its pods are counted by the nodes that are to have one. */
  public static RolloutView of(DaemonSet set) {
    DaemonSetStatus status = Optional.ofNullable(set.getStatus()).orElseGet(DaemonSetStatus::new);
    return new RolloutView(
        isObserved(set.getMetadata().getGeneration(), status.getObservedGeneration()),
        orElse(status.getDesiredNumberScheduled(), 0),
        orElse(status.getUpdatedNumberScheduled(), 0),
        orElse(status.getNumberAvailable(), 0),
        orElse(status.getCurrentNumberScheduled(), 0),
        false,
        set.getSpec().getUpdateStrategy() != null
            && "OnDelete".equals(set.getSpec().getUpdateStrategy().getType()),
        false);
  }

  /**
   * The view of a CronJob: nothing is ever on its way, for each run takes the template it finds.
   */
  public static RolloutView of(CronJob cronJob) {
    return new RolloutView(
        true, 0, 0, 0, 0, Boolean.TRUE.equals(cronJob.getSpec().getSuspend()), false, true);
  }

  /** Whether all desired pods are of the present template and serve, and no others are left. */
  public boolean complete() {
    return observed && updated == desired && available == desired && total == desired;
  }

  /** The condition RolledOut; {@code pods} are those of the injected revision, newest first. */
  public Finding finding(List<PodView> pods) {
    if (byRuns) {
      return ofRun(pods);
    }
    if (complete()) {
      return desired == 0
          ? Finding.unknown(Reason.SCALED_TO_ZERO, "no pods are wanted")
          : Finding.yes(
              Reason.ROLLED_OUT, "%d of %d pods are of this revision".formatted(updated, desired));
    }
    Optional<Finding> trouble = trouble(pods);
    if (trouble.isPresent()) {
      return trouble.get();
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

  /** A run that has ended has taken the template, however it ended: that is its own affair. */
  private Finding ofRun(List<PodView> pods) {
    if (pods.isEmpty()) {
      return Finding.unknown(
          Reason.AWAITING_RUN,
          paused
              ? "the CronJob is suspended; its pod template takes effect with the next run"
              : "the pod template takes effect with the next run");
    }
    return trouble(pods)
        .orElseGet(
            () ->
                pods.stream().anyMatch(p -> p.ready() || p.ended().isPresent())
                    ? Finding.yes(Reason.ROLLED_OUT, "a run has pods of this revision")
                    : Finding.no(Reason.PROGRESSING, "the pods of a run are starting"));
  }

  private static Optional<Finding> trouble(List<PodView> pods) {
    return pods.stream()
        .filter(p -> p.trouble().isPresent())
        .findFirst()
        .map(
            pod ->
                Finding.no(
                    switch (pod.trouble().get()) {
                      case CRASH_LOOP -> Reason.CRASH_LOOP;
                      case OUT_OF_MEMORY -> Reason.OUT_OF_MEMORY;
                      case IMAGE_PULL -> Reason.IMAGE_PULL;
                    },
                    "pod " + pod.name() + " does not run"));
  }

  private static boolean isObserved(Long generation, Long observedGeneration) {
    return generation == null || (observedGeneration != null && observedGeneration >= generation);
  }

  private static int orElse(Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }
}
