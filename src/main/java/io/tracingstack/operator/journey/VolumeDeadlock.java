package io.tracingstack.operator.journey;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.injection.Refusal;
import java.util.List;
import java.util.Optional;

/**
 * A rolling update whose new pod waits for a volume that only the former pod's node may have, while
 * the former pod waits for the new one. The operator of LlamaStackDistributions before 0.9 makes
 * such Deployments, and its users cannot choose another strategy.
 */
final class VolumeDeadlock {
  private static final List<String> ONE_NODE = List.of("ReadWriteOnce", "ReadWriteOncePod");

  private VolumeDeadlock() {}

  /**
   * Looks for it.
   *
   * @param surge how the controller makes room for new pods
   * @param pods how many are wanted
   * @param claims those that the pods mount
   */
  static Optional<Refusal> check(Surge surge, int pods, List<PersistentVolumeClaim> claims) {
    if (surge.added() == 0 || surge.missing() > 0 || pods == 0) {
      return Optional.empty();
    }
    return claims.stream()
        .filter(
            c ->
                !c.getSpec().getAccessModes().isEmpty()
                    && ONE_NODE.containsAll(c.getSpec().getAccessModes()))
        .findFirst()
        .map(
            c ->
                new Refusal(
                    Reason.VOLUME_DEADLOCK,
                    "a new pod is made before the former one ends, and both mount"
                        + " PersistentVolumeClaim %s, which is %s: on another node the new one"
                            .formatted(
                                c.getMetadata().getName(),
                                String.join(", ", c.getSpec().getAccessModes()))
                        + " would wait for ever"));
  }
}
