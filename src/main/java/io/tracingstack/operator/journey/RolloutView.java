package io.tracingstack.operator.journey;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpec;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.tracingstack.operator.injection.WorkloadKind;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.verification.CreationRefused;
import io.tracingstack.operator.verification.PodView;
import java.time.Instant;
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
 * @param kept pods that a StatefulSet's partition keeps at their former revision
 * @param stalled why the controller has given up waiting for progress (Deployment only)
 * @param refused what lets it create no pod; only a Deployment's status tells, see {@link
 *     #lacksPods}
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
    int kept,
    Optional<String> stalled,
    Optional<CreationRefused> refused,
    boolean byRuns) {

  /** The view of a workload whose kind tells no more than counts. */
  public RolloutView(
      boolean observed,
      int desired,
      int updated,
      int available,
      int total,
      boolean paused,
      boolean onDelete) {
    this(
        observed,
        desired,
        updated,
        available,
        total,
        paused,
        onDelete,
        0,
        Optional.empty(),
        Optional.empty(),
        false);
  }

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
    boolean observed =
        isObserved(deployment.getMetadata().getGeneration(), status.getObservedGeneration());
    // What the controller said of an earlier template says nothing of this one.
    List<DeploymentCondition> conditions = observed ? status.getConditions() : List.of();
    return new RolloutView(
        observed,
        orElse(deployment.getSpec().getReplicas(), 1),
        orElse(status.getUpdatedReplicas(), 0),
        orElse(status.getAvailableReplicas(), 0),
        orElse(status.getReplicas(), 0),
        Boolean.TRUE.equals(deployment.getSpec().getPaused()),
        false,
        0,
        conditions.stream()
            .filter(c -> "ProgressDeadlineExceeded".equals(c.getReason()))
            .findFirst()
            .map(DeploymentCondition::getMessage),
        conditions.stream()
            .filter(c -> "ReplicaFailure".equals(c.getType()) && "True".equals(c.getStatus()))
            .map(c -> new CreationRefused(c.getMessage(), Instant.parse(c.getLastTransitionTime())))
            .findFirst(),
        false);
  }

  /** The view of a StatefulSet. */
  public static RolloutView of(StatefulSet set) {
    StatefulSetStatus status =
        Optional.ofNullable(set.getStatus()).orElseGet(StatefulSetStatus::new);
    boolean settled =
        status.getUpdateRevision() != null
            && status.getUpdateRevision().equals(status.getCurrentRevision());
    int desired = orElse(set.getSpec().getReplicas(), 1);
    return new RolloutView(
        isObserved(set.getMetadata().getGeneration(), status.getObservedGeneration()),
        desired,
        // updatedReplicas is dropped from the status once every pod is of the update revision.
        settled ? orElse(status.getReplicas(), 0) : orElse(status.getUpdatedReplicas(), 0),
        orElse(status.getReadyReplicas(), 0),
        orElse(status.getReplicas(), 0),
        false,
        set.getSpec().getUpdateStrategy() != null
            && "OnDelete".equals(set.getSpec().getUpdateStrategy().getType()),
        settled ? 0 : kept(set.getSpec(), desired),
        Optional.empty(),
        Optional.empty(),
        false);
  }

  /** Pods with an ordinal below the partition stay; the first ordinal need not be 0. */
  private static int kept(StatefulSetSpec spec, int desired) {
    int partition =
        Optional.ofNullable(spec.getUpdateStrategy())
            .map(s -> s.getRollingUpdate())
            .map(r -> r.getPartition())
            .orElse(0);
    int first = Optional.ofNullable(spec.getOrdinals()).map(o -> o.getStart()).orElse(0);
    return Math.max(0, Math.min(desired, partition - first));
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
            && "OnDelete".equals(set.getSpec().getUpdateStrategy().getType()));
  }

  /**
   * The view of a CronJob: nothing is ever on its way, for each run takes the template it finds.
   */
  public static RolloutView of(CronJob cronJob) {
    return new RolloutView(
        true,
        0,
        0,
        0,
        0,
        Boolean.TRUE.equals(cronJob.getSpec().getSuspend()),
        false,
        0,
        Optional.empty(),
        Optional.empty(),
        true);
  }

  /** Whether all desired pods are of the present template and serve, and no others are left. */
  public boolean complete() {
    return observed && updated == desired && available == desired && total == desired;
  }

  /** Whether all pods that may be of the present template are, and serve. */
  boolean partitioned() {
    return observed && kept > 0 && updated >= desired - kept && available == desired;
  }

  /** Whether pods of another template are being replaced, as far as their controller has looked. */
  public boolean restarting() {
    return observed && total > updated;
  }

  /** Whether a change of the template restarts no pod at all, as far as is known. */
  public boolean restartsNothing() {
    return byRuns || wantsNone();
  }

  /** A DaemonSet wants none before its controller has looked at it; that means nothing. */
  public boolean wantsNone() {
    return observed && desired == 0 && total == 0;
  }

  /** Whether pods of the present template are missing that nobody else has to make room for. */
  public boolean lacksPods() {
    return !byRuns && (total < desired || (!onDelete && updated < desired - kept));
  }

  /** The same, with what keeps the controller from creating pods. */
  public RolloutView refusing(Optional<CreationRefused> found) {
    return new RolloutView(
        observed, desired, updated, available, total, paused, onDelete, kept, stalled, found,
        byRuns);
  }

  /** Whether, and how, a change of the template restarts pods. */
  public String restarts() {
    if (byRuns) {
      return "no pod: the next run takes the template";
    }
    if (desired == 0) {
      return wantsNone()
          ? "no pod: none is wanted"
          : "not known yet: its controller has not looked";
    }
    String pods = desired == 1 ? "1 pod" : desired + " pods";
    return onDelete
        ? pods + ", as they are deleted: the update strategy is OnDelete"
        : pods + ", by the workload's own update strategy";
  }

  /** The condition RolledOut; {@code pods} are those of the injected revision, newest first. */
  public Finding finding(List<PodView> pods) {
    return new RolledOut(this, pods).finding();
  }

  private static boolean isObserved(Long generation, Long observedGeneration) {
    return generation == null || (observedGeneration != null && observedGeneration >= generation);
  }

  private static int orElse(Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }
}
