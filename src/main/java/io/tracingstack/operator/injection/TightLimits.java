package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.tracingstack.operator.api.v1alpha1.Reason;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Limits that leave no room for the agent. Only limits are judged: what a container uses now is not
 * known, and not guessed.
 */
public final class TightLimits {
  /**
   * Measured with the agent 2.33.1 and a program that does nothing: 158 MB resident with -Xmx32m,
   * 189 MB with -Xmx64m, 345 MB with the default heap.
   */
  private static final Quantity LEAST_MEMORY = new Quantity("256Mi");

  /** The agent's jar has 26 MB; what the application writes comes on top. */
  private static final Quantity LEAST_STORAGE = new Quantity("64Mi");

  private TightLimits() {}

  /**
   * What is too tight in a pod.
   *
   * @param targets names of the containers that get the agent
   */
  public static Stream<Refusal> check(PodSpec spec, Collection<String> targets) {
    return Stream.concat(
        spec.getContainers().stream()
            .filter(c -> targets.contains(c.getName()))
            .flatMap(c -> memory(spec, c).stream()),
        storage(spec).stream());
  }

  private static Optional<Refusal> memory(PodSpec spec, Container container) {
    return limit(container.getResources(), "memory")
        .or(() -> limit(spec.getResources(), "memory"))
        .filter(limit -> isLess(limit.getNumericalAmount(), LEAST_MEMORY))
        .map(
            limit ->
                new Refusal(
                    Reason.MEMORY_TOO_TIGHT,
                    "container %s has a memory limit of %s; a JVM with the agent needs at least %s"
                        .formatted(container.getName(), limit, LEAST_MEMORY)));
  }

  /**
   * The kubelet adds up the limits of those containers that have one, and evicts a pod whose
   * containers, logs and volumes together use more. So one container's limit bounds our volume,
   * too.
   */
  private static Optional<Refusal> storage(PodSpec spec) {
    List<Quantity> limits =
        spec.getContainers().stream()
            .flatMap(c -> limit(c.getResources(), "ephemeral-storage").stream())
            .toList();
    BigDecimal sum =
        limits.stream().map(Quantity::getNumericalAmount).reduce(BigDecimal.ZERO, BigDecimal::add);
    return limits.isEmpty() || !isLess(sum, LEAST_STORAGE)
        ? Optional.empty()
        : Optional.of(
            new Refusal(
                Reason.EPHEMERAL_STORAGE_TOO_TIGHT,
                "the ephemeral-storage limits of the containers add up to %s; with the agent's volume"
                        .formatted(
                            String.join(" + ", limits.stream().map(Quantity::toString).toList()))
                    + " a pod needs at least "
                    + LEAST_STORAGE));
  }

  private static Optional<Quantity> limit(ResourceRequirements resources, String name) {
    return Optional.ofNullable(resources).map(r -> r.getLimits()).map(l -> l.get(name));
  }

  private static boolean isLess(BigDecimal amount, Quantity least) {
    return amount.compareTo(least.getNumericalAmount()) < 0;
  }
}
