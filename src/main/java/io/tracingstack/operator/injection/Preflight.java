package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.stack.InstrumentationPlan;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What forbids an injection before anything is written: an ordered chain, the first hit counts. */
public final class Preflight {
  /** Where the agent is mounted. */
  static final String MOUNT_PATH = "/tracingstack/agent";

  private Preflight() {}

  /**
   * Checks a workload.
   *
   * @param base its pod template, free of our own fields
   * @param targets the containers of it that get the agent
   */
  static Optional<Refusal> check(
      WorkloadView workload,
      PodTemplateSpec base,
      List<Container> targets,
      EnvFromNames envFrom,
      InstrumentationPlan instrumentation) {
    AcceptedRisks accepted = workload.acceptedRisks();
    return Stream.<Stream<Refusal>>of(
            nameTaken(base, Footprint.NAME, MOUNT_PATH).stream(),
            OtherAgents.find(base, targets),
            targets.stream().flatMap(c -> ownExporter(c, envFrom).stream()),
            targets.stream()
                .flatMap(
                    c ->
                        OptionVariable.choose(c, envFrom, workload.mayTakeOver())
                            .refusal()
                            .stream()),
            architecture(base, instrumentation),
            tightLimits(workload, base, targets))
        .flatMap(refusals -> refusals)
        .filter(refusal -> !accepted.cover(refusal))
        .findFirst();
  }

  /** What an image of the user's own is built for, they know. */
  private static Stream<Refusal> architecture(
      PodTemplateSpec base, InstrumentationPlan instrumentation) {
    return instrumentation.ownAgentImage()
        ? Stream.empty()
        : Architectures.check(base.getSpec()).stream();
  }

  /**
   * With the agent in it already, a pod has shown what it needs; taking it out would restart it.
   */
  private static Stream<Refusal> tightLimits(
      WorkloadView workload, PodTemplateSpec base, List<Container> targets) {
    return workload.isInjected()
        ? Stream.empty()
        : TightLimits.check(base.getSpec(), targets.stream().map(Container::getName).toList());
  }

  /**
   * An init container, a volume or a mount of another's where ours would be.
   *
   * @param name of our init container and volume
   * @param mountPath where our volume would be mounted
   */
  public static Optional<Refusal> nameTaken(
      PodTemplateSpec template, String name, String mountPath) {
    boolean initContainer =
        template.getSpec().getInitContainers().stream().anyMatch(c -> name.equals(c.getName()));
    boolean volume =
        template.getSpec().getVolumes().stream().anyMatch(v -> name.equals(v.getName()));
    boolean mount =
        template.getSpec().getContainers().stream()
            .flatMap(c -> c.getVolumeMounts().stream())
            .anyMatch(
                m ->
                    m.getMountPath().equals(mountPath)
                        || m.getMountPath().startsWith(mountPath + "/"));
    if (!(initContainer || volume || mount)) {
      return Optional.empty();
    }
    String what =
        initContainer
            ? "an init container " + name
            : volume ? "a volume " + name : "a mount at " + mountPath;
    return Optional.of(
        new Refusal(Reason.NAME_TAKEN, "the pod template has " + what + " that is not ours"));
  }

  /** A user's exporter settings win, so spans would go elsewhere and could never be proven. */
  public static Optional<Refusal> ownExporter(Container container, EnvFromNames envFrom) {
    Stream<String> set =
        container.getEnv().stream().filter(Preflight::redirects).map(EnvVar::getName);
    Stream<String> taken =
        Stream.of("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
            .filter(n -> envFrom.has(container.getName(), n));
    return Stream.concat(set, taken)
        .findFirst()
        .map(
            name ->
                new Refusal(
                    Reason.OWN_EXPORTER,
                    "container %s sets %s, so its spans would not reach this stack"
                        .formatted(container.getName(), name)));
  }

  private static boolean redirects(EnvVar variable) {
    return switch (variable.getName()) {
      case "OTEL_EXPORTER_OTLP_ENDPOINT",
          "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
          "OTEL_CONFIG_FILE",
          "OTEL_EXPERIMENTAL_CONFIG_FILE" ->
          true;
      case "OTEL_TRACES_EXPORTER" -> !"otlp".equals(variable.getValue());
      case "OTEL_SDK_DISABLED" -> "true".equalsIgnoreCase(variable.getValue());
      case "OTEL_JAVAAGENT_ENABLED" -> "false".equalsIgnoreCase(variable.getValue());
      default -> false;
    };
  }
}
