package io.tracingstack.operator.journey;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a pod asks for and may use as a whole, by resource, in cores, bytes or pieces: the rules of
 * Kubernetes for scheduling and quotas. Containers and native sidecars run together; an init
 * container runs alone with the sidecars before it; the largest moment counts.
 *
 * @param ofPodLevel whether the pod has resources of its own, beside its containers'
 * @param bestEffort whether no container asks for or is limited in CPU or memory
 * @param terminating whether the pod has a deadline
 */
record PodResources(
    Map<String, BigDecimal> requests,
    Map<String, BigDecimal> limits,
    boolean ofPodLevel,
    boolean bestEffort,
    boolean terminating) {
  /** The resources that a pod may have as a whole, and that decide its quality of service. */
  private static final Set<String> COMPUTE = Set.of("cpu", "memory");

  /**
   * Adds up.
   *
   * @param pod with its defaults filled in
   */
  static PodResources of(PodSpec pod) {
    Map<String, BigDecimal> requests = total(pod, ResourceRequirements::getRequests);
    Map<String, BigDecimal> limits = total(pod, ResourceRequirements::getLimits);
    boolean bestEffort =
        Stream.concat(requests.entrySet().stream(), limits.entrySet().stream())
            .noneMatch(e -> COMPUTE.contains(e.getKey()) && e.getValue().signum() > 0);
    return new PodResources(
        requests,
        limits,
        hasOwn(pod, ResourceRequirements::getRequests)
            || hasOwn(pod, ResourceRequirements::getLimits),
        bestEffort,
        pod.getActiveDeadlineSeconds() != null);
  }

  private static boolean hasOwn(
      PodSpec pod, Function<ResourceRequirements, Map<String, Quantity>> which) {
    return COMPUTE.stream().anyMatch(amounts(pod.getResources(), which)::containsKey);
  }

  private static Map<String, BigDecimal> total(
      PodSpec pod, Function<ResourceRequirements, Map<String, Quantity>> which) {
    Map<String, BigDecimal> together = new TreeMap<>();
    Map<String, BigDecimal> sidecars = new TreeMap<>();
    Map<String, BigDecimal> atStart = new TreeMap<>();
    for (Container init : pod.getInitContainers()) {
      Map<String, BigDecimal> moment = new TreeMap<>(sidecars);
      merge(moment, amounts(init.getResources(), which), BigDecimal::add);
      merge(atStart, moment, BigDecimal::max);
      if ("Always".equals(init.getRestartPolicy())) {
        sidecars = moment;
      }
    }
    merge(together, sidecars, BigDecimal::add);
    for (Container container : pod.getContainers()) {
      merge(together, amounts(container.getResources(), which), BigDecimal::add);
    }
    merge(together, atStart, BigDecimal::max);
    Map<String, BigDecimal> ofPod = amounts(pod.getResources(), which);
    COMPUTE.stream()
        .filter(ofPod::containsKey)
        .forEach(name -> together.put(name, ofPod.get(name)));
    return together;
  }

  private static void merge(
      Map<String, BigDecimal> into,
      Map<String, BigDecimal> from,
      BinaryOperator<BigDecimal> operation) {
    from.forEach((name, amount) -> into.merge(name, amount, operation));
  }

  /** One container's, by name of the resource. */
  static Map<String, BigDecimal> amounts(
      ResourceRequirements resources, Function<ResourceRequirements, Map<String, Quantity>> which) {
    return amounts(Optional.ofNullable(resources).map(which).orElse(Map.of()));
  }

  static Map<String, BigDecimal> amounts(Map<String, Quantity> quantities) {
    Map<String, BigDecimal> amounts = new TreeMap<>();
    AdmittedPod.orEmpty(quantities)
        .forEach((name, quantity) -> amounts.put(name, quantity.getNumericalAmount()));
    return amounts;
  }

  /** An amount in the unit that people write for this resource. */
  static String text(String resource, BigDecimal amount) {
    if (resource.endsWith("cpu")) {
      return amount.multiply(BigDecimal.valueOf(1000)).setScale(0, RoundingMode.HALF_UP) + "m";
    }
    boolean bytes = List.of("memory", "storage").stream().anyMatch(resource::endsWith);
    return bytes
        ? amount.divide(BigDecimal.valueOf(1 << 20), 0, RoundingMode.HALF_UP) + "Mi"
        : amount.setScale(0, RoundingMode.HALF_UP).toPlainString();
  }
}
