package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.WorkloadRef;
import java.util.Map;
import java.util.TreeMap;

/**
 * A workload as far as injection is concerned.
 *
 * @param annotations of the workload object, not of its pods
 */
public record WorkloadView(
    String namespace, WorkloadRef ref, Map<String, String> annotations, PodTemplateSpec template) {

  /** Takes the view of an object of any kind that has a pod template. */
  public static WorkloadView of(HasMetadata object, PodTemplateSpec template) {
    return new WorkloadView(
        object.getMetadata().getNamespace(),
        new WorkloadRef(
            object.getApiVersion(),
            object.getKind(),
            object.getMetadata().getName(),
            object.getMetadata().getUid()),
        orEmpty(object.getMetadata().getAnnotations()),
        template);
  }

  /** The same with annotations of what it was made for; its own win. */
  public WorkloadView inheriting(Map<String, String> inherited) {
    Map<String, String> all = new TreeMap<>(inherited);
    all.putAll(annotations);
    return new WorkloadView(namespace, ref, all, template);
  }

  /** Whether the user lets us have the variable by which the runtime takes us in. */
  public boolean mayTakeOver() {
    return "true".equals(annotations.get(Labels.TAKE_OVER));
  }

  /** What its owner accepts although we would refuse. */
  public AcceptedRisks acceptedRisks() {
    return AcceptedRisks.of(annotations);
  }

  /** Whether its pod template carries something of ours. */
  public boolean isInjected() {
    return Footprint.of(template).isPresent();
  }

  static Map<String, String> orEmpty(Map<String, String> map) {
    return map == null ? Map.of() : map;
  }
}
