package io.tracingstack.operator.llamastack;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.Preflight;
import io.tracingstack.operator.injection.PythonInjection;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.injection.WorkloadView;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What forbids to bring something into a LlamaStack server; the first hit counts. */
final class LlamaStackPreflight {
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
            PythonInjection.find(base, facts.namespaceAnnotations()).stream(),
            targets.stream().flatMap(c -> Preflight.ownExporter(c, envFrom).stream()),
            targets.stream()
                .flatMap(
                    c -> LlamaStackInjection.pythonPath(c, envFrom, workload).refusal().stream()))
        .flatMap(refusals -> refusals)
        .findFirst();
  }
}
