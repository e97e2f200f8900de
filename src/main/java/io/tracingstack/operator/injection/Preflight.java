package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.Reason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What forbids an injection before anything is written: an ordered chain, the first hit counts. */
final class Preflight {
  /** Where the agent is mounted. */
  static final String MOUNT_PATH = "/tracingstack/agent";

  /**
   * Files of Java agents that trace. Others, such as exporters of metrics and profilers, run beside
   * ours without harm.
   */
  private static final Pattern TRACING_AGENT =
      Pattern.compile(
          "-javaagent:\\S*(opentelemetry|otel|dd-java-agent|datadog|newrelic|elastic-apm|skywalking"
              + "|appdynamics|javaagent/javaagent|dynatrace|oneagent|contrast|glowroot|splunk"
              + "|applicationinsights|instana|pinpoint|scouter|hypertrace|lightstep|honeycomb|sfx)\\S*",
          Pattern.CASE_INSENSITIVE);

  /** Annotations of other injectors that put a Java agent into the pod. */
  private static final Map<String, Pattern> OTHER_INJECTORS =
      Map.of(
          "instrumentation.opentelemetry.io/inject-java",
          Pattern.compile("(?!false$).+"),
          "admission.datadoghq.com/java-lib.version",
          Pattern.compile(".+"),
          "oneagent.dynatrace.com/inject",
          Pattern.compile("true"));

  private Preflight() {}

  /** Checks the pod template, which must be free of our own fields. */
  static Optional<Refusal> check(
      PodTemplateSpec template, List<Container> targets, EnvFromNames envFrom, boolean takeOver) {
    return Stream.<Stream<Refusal>>of(
            nameTaken(template).stream(),
            otherInjector(template).stream(),
            targets.stream().flatMap(c -> otherAgent(c).stream()),
            targets.stream().flatMap(c -> ownExporter(c, envFrom).stream()),
            targets.stream()
                .flatMap(c -> OptionVariable.choose(c, envFrom, takeOver).refusal().stream()))
        .flatMap(refusals -> refusals)
        .findFirst();
  }

  private static Optional<Refusal> nameTaken(PodTemplateSpec template) {
    boolean initContainer =
        template.getSpec().getInitContainers().stream()
            .anyMatch(c -> Footprint.NAME.equals(c.getName()));
    boolean volume =
        template.getSpec().getVolumes().stream().anyMatch(v -> Footprint.NAME.equals(v.getName()));
    boolean mount =
        template.getSpec().getContainers().stream()
            .flatMap(c -> c.getVolumeMounts().stream())
            .anyMatch(
                m ->
                    m.getMountPath().equals(MOUNT_PATH)
                        || m.getMountPath().startsWith(MOUNT_PATH + "/"));
    if (!(initContainer || volume || mount)) {
      return Optional.empty();
    }
    String what =
        initContainer
            ? "an init container " + Footprint.NAME
            : volume ? "a volume " + Footprint.NAME : "a mount at " + MOUNT_PATH;
    return Optional.of(
        new Refusal(Reason.NAME_TAKEN, "the pod template has " + what + " that is not ours"));
  }

  private static Optional<Refusal> otherInjector(PodTemplateSpec template) {
    Map<String, String> annotations =
        WorkloadView.orEmpty(
            template.getMetadata() == null ? null : template.getMetadata().getAnnotations());
    return OTHER_INJECTORS.entrySet().stream()
        .filter(
            e ->
                annotations.containsKey(e.getKey())
                    && e.getValue().matcher(annotations.get(e.getKey())).matches())
        .map(Map.Entry::getKey)
        .sorted()
        .findFirst()
        .map(
            key ->
                new Refusal(
                    Reason.OTHER_AGENT_PRESENT,
                    "the pod template's annotation " + key + " asks for another Java agent"));
  }

  private static Optional<Refusal> otherAgent(Container container) {
    return optionTexts(container)
        .flatMap(text -> TRACING_AGENT.matcher(text).results())
        .map(MatchResult::group)
        .filter(agent -> !agent.startsWith("-javaagent:" + JavaInjection.AGENT_PATH))
        .map(
            agent ->
                new Refusal(
                    Reason.OTHER_AGENT_PRESENT,
                    "container %s already runs %s".formatted(container.getName(), agent)))
        .findFirst();
  }

  /** Where a container may name Java agents, as far as the pod template shows. */
  static Stream<String> optionTexts(Container container) {
    return Stream.concat(
        Stream.of(container.getCommand(), container.getArgs()).flatMap(List::stream),
        container.getEnv().stream().map(EnvVar::getValue).filter(v -> v != null));
  }

  /** A user's exporter settings win, so spans would go elsewhere and could never be proven. */
  private static Optional<Refusal> ownExporter(Container container, EnvFromNames envFrom) {
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
