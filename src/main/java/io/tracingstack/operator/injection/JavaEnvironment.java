package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.JavaSpec;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.stack.InstrumentationPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The variables that one container gets, in the order in which they refer to each other. A name
 * that the user has set is left out: their value wins.
 *
 * <p>Names and values are those of the OpenTelemetry Java agent's environment configuration.
 */
final class JavaEnvironment {
  private static final String POD_NAME = "TRACINGSTACK_POD_NAME";
  private static final String NODE_NAME = "TRACINGSTACK_NODE_NAME";
  private static final String RESOURCE_ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES";
  private static final Set<String> PROTOCOLS =
      Set.of("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL");

  private final WorkloadView workload;
  private final PodTemplateSpec base;
  private final Container container;
  private final InstrumentationPlan instrumentation;
  private final EnvFromNames envFrom;
  private final String revision;

  JavaEnvironment(
      WorkloadView workload,
      PodTemplateSpec base,
      Container container,
      InstrumentationPlan instrumentation,
      EnvFromNames envFrom,
      String revision) {
    this.workload = workload;
    this.base = base;
    this.container = container;
    this.instrumentation = instrumentation;
    this.envFrom = envFrom;
    this.revision = revision;
  }

  /**
   * @param choice the variable that names the agent, none when the user does
   */
  List<EnvVar> variables(OptionVariable.Choice choice) {
    List<EnvVar> wanted = new ArrayList<>();
    wanted.add(fromField(POD_NAME, "metadata.name"));
    wanted.add(fromField(NODE_NAME, "spec.nodeName"));
    wanted.add(literal("OTEL_SERVICE_NAME", serviceName()));
    wanted.add(literal("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint()));
    wanted.add(literal("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"));
    // The two belong together: a ratio of ours beside the user's sampler would change its meaning.
    if (instrumentation.samplingRatio() < 1.0
        && !isSet("OTEL_TRACES_SAMPLER")
        && !isSet("OTEL_TRACES_SAMPLER_ARG")) {
      wanted.add(literal("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"));
      wanted.add(
          literal("OTEL_TRACES_SAMPLER_ARG", Double.toString(instrumentation.samplingRatio())));
    }
    wanted.add(literal("OTEL_PROPAGATORS", String.join(",", instrumentation.propagators())));
    // The pipeline carries traces only; an agent that also sends metrics and logs fills its log.
    wanted.add(literal("OTEL_METRICS_EXPORTER", "none"));
    wanted.add(literal("OTEL_LOGS_EXPORTER", "none"));
    wanted.add(literal(RESOURCE_ATTRIBUTES, resourceAttributes()));
    for (JavaSpec.Env env : instrumentation.agentEnv()) {
      wanted.add(literal(env.name(), env.value()));
    }
    Map<String, EnvVar> byName = new LinkedHashMap<>();
    wanted.stream().filter(v -> !isSet(v.getName())).forEach(v -> byName.put(v.getName(), v));
    choice
        .variable()
        .map(variable -> literal(variable.name(), options(choice.takenOver())))
        .ifPresent(v -> byName.put(v.getName(), v));
    return List.copyOf(byName.values());
  }

  /**
   * Where the user has resource attributes of their own, ours travel as a system property that
   * repeats theirs, last so that they win; the revision must reach the spans by some way.
   */
  private String options(Optional<EnvVar> takenOver) {
    String agent = "-javaagent:" + JavaInjection.AGENT_PATH;
    if (takenOver.isPresent()) {
      // Ours first: an unclosed quote of theirs must not swallow it. Their entry stands before
      // ours, so it cannot refer to them.
      return (agent + " " + Objects.toString(takenOver.get().getValue(), "")).strip();
    }
    Optional<EnvVar> theirs =
        container.getEnv().stream()
            .filter(v -> v.getName().equals(RESOURCE_ATTRIBUTES))
            .findFirst();
    // The JVM knows quotes but no escapes, and does not start when one is left open: a text that is
    // not known here is not repeated. Such pods are proven by the proof request, without a
    // revision.
    if (theirs.isEmpty() || theirs.get().getValueFrom() != null) {
      return agent;
    }
    String known = Objects.toString(theirs.get().getValue(), "");
    if (known.contains("$(")) {
      return agent;
    }
    String text = resourceAttributes() + known;
    return Stream.of("'", "\"")
        .filter(quote -> !text.contains(quote))
        .findFirst()
        .map(
            quote ->
                "%s %s-Dotel.resource.attributes=%s,$(%s)%s"
                    .formatted(agent, quote, resourceAttributes(), RESOURCE_ATTRIBUTES, quote))
        .orElse(agent);
  }

  /** The user's choice of protocol wins, and needs the port that speaks it. */
  private String endpoint() {
    boolean grpc =
        container.getEnv().stream()
            .filter(v -> PROTOCOLS.contains(v.getName()))
            .anyMatch(v -> "grpc".equals(v.getValue()));
    return grpc ? instrumentation.otlpGrpc() : instrumentation.otlpHttp();
  }

  private String serviceName() {
    return Optional.ofNullable(workload.annotations().get(Labels.SERVICE_NAME))
        .filter(name -> !name.isEmpty())
        .or(
            () ->
                // The template's label, not the workload's: changing the latter must restart
                // nothing.
                Optional.ofNullable(base.getMetadata())
                    .map(m -> m.getLabels())
                    .map(l -> l.get(Labels.NAME))
                    .filter(name -> !name.isEmpty()))
        .orElse(workload.ref().name());
  }

  private String resourceAttributes() {
    Map<String, String> attributes = new LinkedHashMap<>(instrumentation.resourceAttributes());
    attributes.put("k8s.namespace.name", workload.namespace());
    attributes.put(
        "k8s." + workload.ref().kind().toLowerCase(Locale.ROOT) + ".name", workload.ref().name());
    attributes.put("k8s.pod.name", "$(" + POD_NAME + ")");
    attributes.put("k8s.node.name", "$(" + NODE_NAME + ")");
    attributes.put("k8s.container.name", container.getName());
    attributes.put("tracingstack.revision", revision);
    return attributes.entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining(","));
  }

  private boolean isSet(String name) {
    return isEnvEntry(name) || envFrom.has(container.getName(), name);
  }

  private boolean isEnvEntry(String name) {
    return container.getEnv().stream().map(EnvVar::getName).anyMatch(name::equals);
  }

  /** The API server does not store an empty value; left out, the entry reads back as it was. */
  private static EnvVar literal(String name, String value) {
    return new EnvVar(name, value.isEmpty() ? null : value, null);
  }

  private static EnvVar fromField(String name, String path) {
    return new EnvVarBuilder()
        .withName(name)
        .withNewValueFrom()
        // The API server would fill the version in; written, the entry reads back as it was.
        .withNewFieldRef("v1", path)
        .endValueFrom()
        .build();
  }
}
