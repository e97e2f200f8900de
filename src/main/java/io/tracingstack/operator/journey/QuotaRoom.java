package io.tracingstack.operator.journey;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ScopedResourceSelectorRequirement;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.injection.Refusal;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Whether a rollout of pods with us fits into the namespace's quotas.
 *
 * @param before a pod as it is
 * @param after the same pod with us
 * @param ours our init container, with its defaults filled in; empty where we bring none
 * @param pods how many are wanted
 * @param surge whether a pod more than that must fit at each step
 */
record QuotaRoom(
    PodResources before, PodResources after, Optional<Container> ours, int pods, boolean surge) {

  /** Of these a quota wants every container to say how much, a mistake that Kubernetes keeps. */
  private static final Set<String> DEMANDED =
      Set.of("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory");

  /** What does not fit, if something does not. */
  Optional<Refusal> check(List<ResourceQuota> quotas) {
    return quotas.stream()
        .filter(q -> q.getStatus() != null && applies(q, after))
        .flatMap(q -> Stream.concat(ours.stream().flatMap(c -> undeclared(q, c)), exceeded(q)))
        .map(message -> new Refusal(Reason.QUOTA_EXCEEDED, message))
        .findFirst();
  }

  private Stream<String> undeclared(ResourceQuota quota, Container ours) {
    if (after.ofPodLevel()) {
      return Stream.empty();
    }
    return hard(quota).keySet().stream()
        .filter(DEMANDED::contains)
        .filter(
            name ->
                !(name.startsWith("limits.")
                        ? AdmittedPod.orEmpty(ours.getResources().getLimits())
                        : AdmittedPod.orEmpty(ours.getResources().getRequests()))
                    .containsKey(resource(name)))
        .map(
            name ->
                "ResourceQuota %s wants %s of every container, and the init container %s has none"
                    .formatted(quota.getMetadata().getName(), name, ours.getName()));
  }

  private Stream<String> exceeded(ResourceQuota quota) {
    Map<String, Quantity> used = AdmittedPod.orEmpty(quota.getStatus().getUsed());
    return hard(quota).entrySet().stream()
        .flatMap(
            limit -> {
              String name = limit.getKey();
              BigDecimal each = amount(after, name);
              BigDecimal free =
                  limit
                      .getValue()
                      .getNumericalAmount()
                      .subtract(used.getOrDefault(name, new Quantity("0")).getNumericalAmount());
              // A change of our requests may move the pods into a quota that did not count them.
              BigDecimal growth =
                  each.subtract(applies(quota, before) ? amount(before, name) : BigDecimal.ZERO);
              BigDecimal needed =
                  surge
                      ? growth.multiply(BigDecimal.valueOf(pods - 1L)).add(each)
                      : growth.multiply(BigDecimal.valueOf(pods));
              return each.signum() == 0 || needed.compareTo(free) <= 0
                  ? Stream.empty()
                  : Stream.of(message(quota, name, limit.getValue(), free, needed));
            });
  }

  private String message(
      ResourceQuota quota, String name, Quantity hard, BigDecimal free, BigDecimal needed) {
    return "ResourceQuota %s: %s of %s %s are free, and the rollout of %d pods needs %s more%s"
        .formatted(
            quota.getMetadata().getName(),
            PodResources.text(name, free),
            hard,
            name,
            pods,
            PodResources.text(name, needed),
            surge ? ", as it makes a pod before it ends one" : "");
  }

  private static Map<String, Quantity> hard(ResourceQuota quota) {
    return new TreeMap<>(AdmittedPod.orEmpty(quota.getStatus().getHard()));
  }

  /** How much of a quota's resource a pod counts; none for what is no pod's. */
  private static BigDecimal amount(PodResources pod, String name) {
    if (name.equals("pods") || name.equals("count/pods")) {
      return BigDecimal.ONE;
    }
    Map<String, BigDecimal> amounts = name.startsWith("limits.") ? pod.limits() : pod.requests();
    return amounts.getOrDefault(resource(name), BigDecimal.ZERO);
  }

  private static String resource(String name) {
    return name.replaceFirst("^(requests|limits)\\.", "");
  }

  /** A quota with a scope that cannot be told from the pod alone is taken for another's. */
  private static boolean applies(ResourceQuota quota, PodResources pod) {
    if (quota.getSpec() == null) {
      return true;
    }
    return Stream.concat(
            quota.getSpec().getScopes().stream(),
            Optional.ofNullable(quota.getSpec().getScopeSelector()).stream()
                .flatMap(s -> s.getMatchExpressions().stream())
                .map(ScopedResourceSelectorRequirement::getScopeName))
        .allMatch(
            scope ->
                switch (scope) {
                  case "Terminating" -> pod.terminating();
                  case "NotTerminating" -> !pod.terminating();
                  case "BestEffort" -> pod.bestEffort();
                  case "NotBestEffort" -> !pod.bestEffort();
                  default -> false;
                });
  }
}
