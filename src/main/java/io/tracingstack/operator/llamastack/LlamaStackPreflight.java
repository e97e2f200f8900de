package io.tracingstack.operator.llamastack;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.Preflight;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.injection.WorkloadView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What forbids to bring something into a LlamaStack server; the first hit counts. */
final class LlamaStackPreflight {
  /** By which the OpenTelemetry Operator is asked to instrument Python. */
  private static final String INJECT_PYTHON = "instrumentation.opentelemetry.io/inject-python";

  private LlamaStackPreflight() {}

  /**
   * Checks a workload.
   *
   * @param base its pod template, free of our own fields
   * @param targets the containers of it that are traced
   */
  static Optional<Refusal> check(
      WorkloadView workload,
      PodTemplateSpec base,
      List<Container> targets,
      EnvFromNames envFrom,
      LlamaStackInjection.Facts facts) {
    return Stream.<Stream<Refusal>>of(
            Preflight.nameTaken(base, Footprint.REPAIR, LlamaStackInjection.MOUNT_PATH).stream(),
            otherInjection(base, facts.namespaceAnnotations()).stream(),
            targets.stream().flatMap(c -> Preflight.ownExporter(c, envFrom).stream()),
            targets.stream()
                .flatMap(
                    c -> LlamaStackInjection.pythonPath(c, envFrom, workload).refusal().stream()))
        .flatMap(refusals -> refusals)
        .findFirst();
  }

  /** Each span would be made twice; an annotation of the pod wins over one of its namespace. */
  private static Optional<Refusal> otherInjection(
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
