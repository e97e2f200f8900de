package io.tracingstack.operator.journey;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDaemonSet;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDeployment;
import java.util.Optional;

/**
 * How a workload's controller makes room for new pods, in pods.
 *
 * @param added how many it makes before it ends a former one
 * @param missing how many it may end before a new one serves
 */
public record Surge(int added, int missing) {
  /** Of kinds and strategies that end a pod before they make the next. */
  public static final Surge NONE = new Surge(0, 1);

  /** The default of both fields. */
  private static final IntOrString QUARTER = new IntOrString("25%");

  /**
   * The surge of a workload, by the rules of its controller.
   *
   * @param desired how many pods are wanted
   */
  public static Surge of(HasMetadata workload, int desired) {
    if (workload instanceof Deployment deployment) {
      return of(deployment);
    }
    return workload instanceof DaemonSet set ? of(set, desired) : NONE;
  }

  private static Surge of(DaemonSet set, int desired) {
    Optional<RollingUpdateDaemonSet> settings =
        Optional.ofNullable(set.getSpec().getUpdateStrategy())
            .filter(s -> !"OnDelete".equals(s.getType()))
            .map(s -> s.getRollingUpdate());
    int added =
        settings
            .map(RollingUpdateDaemonSet::getMaxSurge)
            .map(value -> resolve(value, desired, true))
            .orElse(0);
    int missing =
        settings
            .map(RollingUpdateDaemonSet::getMaxUnavailable)
            .map(value -> resolve(value, desired, true))
            .orElse(added > 0 ? 0 : 1);
    return added == 0 && missing == 0 ? NONE : new Surge(added, missing);
  }

  /** The surge of a Deployment, by the rules of its controller. */
  public static Surge of(Deployment deployment) {
    if (Optional.ofNullable(deployment.getSpec().getStrategy())
        .filter(s -> "Recreate".equals(s.getType()))
        .isPresent()) {
      return NONE;
    }
    Optional<RollingUpdateDeployment> settings =
        Optional.ofNullable(deployment.getSpec().getStrategy()).map(s -> s.getRollingUpdate());
    int replicas = Optional.ofNullable(deployment.getSpec().getReplicas()).orElse(1);
    int added =
        resolve(settings.map(RollingUpdateDeployment::getMaxSurge).orElse(QUARTER), replicas, true);
    int missing =
        resolve(
            settings.map(RollingUpdateDeployment::getMaxUnavailable).orElse(QUARTER),
            replicas,
            false);
    // Neither more nor fewer would be no rollout.
    return added == 0 && missing == 0 ? NONE : new Surge(added, missing);
  }

  private static int resolve(IntOrString value, int replicas, boolean up) {
    if (value.getIntVal() != null) {
      return value.getIntVal();
    }
    int percent = Integer.parseInt(value.getStrVal().replace("%", "").trim());
    return (percent * replicas + (up ? 99 : 0)) / 100;
  }
}
