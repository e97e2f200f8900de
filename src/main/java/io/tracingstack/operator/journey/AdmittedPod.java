package io.tracingstack.operator.journey;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.LimitRangeItem;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A pod as the API server makes it of a template: what quotas and limits count is the pod with the
 * defaults filled in. A request not given is the limit's; what is given by neither comes from the
 * namespace's LimitRanges.
 */
final class AdmittedPod {
  private AdmittedPod() {}

  /** Fills in; the argument is not changed. */
  static PodSpec of(PodSpec template, List<LimitRange> limitRanges) {
    PodSpec pod = new PodSpecBuilder(template).build();
    Stream.of(pod.getInitContainers(), pod.getContainers())
        .flatMap(List::stream)
        .forEach(c -> c.setResources(filled(c, limitRanges)));
    return pod;
  }

  private static ResourceRequirements filled(Container container, List<LimitRange> limitRanges) {
    ResourceRequirements given =
        Optional.ofNullable(container.getResources()).orElseGet(ResourceRequirements::new);
    Map<String, Quantity> limits = new HashMap<>(orEmpty(given.getLimits()));
    Map<String, Quantity> requests = new HashMap<>(orEmpty(given.getRequests()));
    limits.forEach(requests::putIfAbsent);
    for (LimitRange limitRange : limitRanges) {
      for (LimitRangeItem item : limitRange.getSpec().getLimits()) {
        if ("Container".equals(item.getType())) {
          orEmpty(item.getDefault()).forEach(limits::putIfAbsent);
          orEmpty(item.getDefaultRequest()).forEach(requests::putIfAbsent);
        }
      }
    }
    return new ResourceRequirementsBuilder(given).withLimits(limits).withRequests(requests).build();
  }

  static Map<String, Quantity> orEmpty(Map<String, Quantity> quantities) {
    return quantities == null ? Map.of() : quantities;
  }
}
