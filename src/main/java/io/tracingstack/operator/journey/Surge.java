package io.tracingstack.operator.journey;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.Deployment;
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
