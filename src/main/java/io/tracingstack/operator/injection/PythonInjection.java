package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.Reason;
import java.util.Map;
import java.util.Optional;

/** Whether the OpenTelemetry Operator is asked to instrument Python in a workload. */
public final class PythonInjection {
  private static final String INJECT_PYTHON = "instrumentation.opentelemetry.io/inject-python";

  private PythonInjection() {}

  /** Each span would be made twice; an annotation of the pod wins over one of its namespace. */
  public static Optional<Refusal> find(
      PodTemplateSpec base, Map<String, String> namespaceAnnotations) {
    Optional<String> ofPod =
        Optional.ofNullable(base.getMetadata())
            .map(ObjectMeta::getAnnotations)
            .map(a -> a.get(INJECT_PYTHON));
    String asked = ofPod.orElseGet(() -> namespaceAnnotations.getOrDefault(INJECT_PYTHON, "false"));
    return asked.isEmpty() || asked.equals("false")
        ? Optional.empty()
        : Optional.of(
            new Refusal(
                Reason.OTHER_AGENT_PRESENT,
                "the %s's annotation %s asks the OpenTelemetry Operator for Python instrumentation"
                    .formatted(ofPod.isPresent() ? "pod template" : "namespace", INJECT_PYTHON)));
  }
}
