package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.Reason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Signs of another tracing agent in a pod template: two of them in one JVM are not supported. */
final class OtherAgents {
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

  /** Images that exist to carry a Java agent into a pod, by registry path without tag. */
  private static final Pattern AGENT_IMAGE =
      Pattern.compile(
          "opentelemetry-javaagent|autoinstrumentation-java|elastic-apm-agent|apm-agent-java"
              + "|newrelic-java|dd-java-agent|dd-lib-java-init|appdynamics/java-agent",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern ANY = Pattern.compile(".+");
  private static final Pattern TRUE = Pattern.compile("true");

  /** The value is "true" or the name of an object with settings. */
  private static final Pattern NOT_FALSE = Pattern.compile("(?!false$).+");

  /**
   * Annotations by which other injectors are asked for a Java agent, as their documentation has
   * them. {@code admission.datadoghq.com/enabled} is not among them: alone it brings variables
   * only.
   */
  private static final Map<String, Pattern> ANNOTATIONS =
      Map.of(
          "instrumentation.opentelemetry.io/inject-java",
          NOT_FALSE,
          "instrumentation.newrelic.com/inject-java",
          NOT_FALSE,
          "admission.datadoghq.com/java-lib.version",
          ANY,
          "admission.datadoghq.com/java-lib.custom-image",
          ANY,
          "admission.datadoghq.com/all-lib.version",
          ANY,
          "oneagent.dynatrace.com/inject",
          TRUE,
          "co.elastic.apm/attach",
          Pattern.compile("java"));

  /** The same for labels; this one is of SkyWalking's operator. */
  private static final Map<String, Pattern> LABELS = Map.of("swck-java-agent-injected", TRUE);

  private OtherAgents() {}

  /** What is found in a pod template that is free of our own fields. */
  static Stream<Refusal> find(PodTemplateSpec template, List<Container> targets) {
    return Stream.of(
            asked(template, "annotation", ObjectMeta::getAnnotations, ANNOTATIONS),
            asked(template, "label", ObjectMeta::getLabels, LABELS),
            targets.stream().flatMap(c -> onCommandLine(c).stream()),
            Stream.concat(template.getSpec().getInitContainers().stream(), targets.stream())
                .flatMap(c -> image(c).stream()))
        .flatMap(refusals -> refusals);
  }

  private static Stream<Refusal> asked(
      PodTemplateSpec template,
      String what,
      Function<ObjectMeta, Map<String, String>> pairs,
      Map<String, Pattern> injectors) {
    Map<String, String> present =
        WorkloadView.orEmpty(
            Optional.ofNullable(template.getMetadata()).map(pairs).orElse(Map.of()));
    return injectors.entrySet().stream()
        .filter(
            e ->
                present.containsKey(e.getKey())
                    && e.getValue().matcher(present.get(e.getKey())).matches())
        .map(Map.Entry::getKey)
        .sorted()
        .map(
            key ->
                new Refusal(
                    Reason.OTHER_AGENT_PRESENT,
                    "the pod template's %s %s asks for another Java agent".formatted(what, key)));
  }

  private static Optional<Refusal> onCommandLine(Container container) {
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

  private static Optional<Refusal> image(Container container) {
    String image = Optional.ofNullable(container.getImage()).orElse("");
    String path = image.replaceFirst("@.*$", "").replaceFirst(":[^/:]*$", "");
    return AGENT_IMAGE.matcher(path).find()
        ? Optional.of(
            new Refusal(
                Reason.OTHER_AGENT_PRESENT,
                "container %s has the image %s, which carries another Java agent"
                    .formatted(container.getName(), image)))
        : Optional.empty();
  }

  /** Where a container may name Java agents, as far as the pod template shows. */
  static Stream<String> optionTexts(Container container) {
    return Stream.concat(
        Stream.of(container.getCommand(), container.getArgs()).flatMap(List::stream),
        container.getEnv().stream().map(EnvVar::getValue).filter(v -> v != null));
  }
}
