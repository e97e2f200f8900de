package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.stack.InstrumentationPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The variables of the OpenTelemetry specification that one container gets, whatever its language,
 * in the order in which they refer to each other. A name that the user has set is left out: their
 * value wins.
 */
public final class OtelEnvironment {
  /** The name of the variable with the resource attributes. */
  public static final String RESOURCE_ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES";

  private static final String NODE_NAME = "TRACINGSTACK_NODE_NAME";
  private static final Set<String> PROTOCOLS =
      Set.of("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL");

  private final WorkloadView workload;
  private final PodTemplateSpec base;
  private final Container container;
  private final InstrumentationPlan instrumentation;
  private final EnvFromNames envFrom;
  private final String revision;

  /**
   * @param base the workload's pod template, free of our own fields
   * @param container the one of it that gets the variables
   */
  public OtelEnvironment(
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
   * The variables.
   *
   * @param httpOnly whether the exporter speaks nothing but HTTP, whatever it is told
   * @param further those of the language, which win over the others of their names
   * @param option the one by which the language's runtime takes us in, written even where the user
   *     has one of that name, with their value in it; none when the user names us
   */
  public List<EnvVar> variables(boolean httpOnly, List<EnvVar> further, Optional<EnvVar> option) {
    List<EnvVar> wanted = new ArrayList<>();
    wanted.add(fromField(Footprint.POD_NAME, "metadata.name"));
    wanted.add(fromField(NODE_NAME, "spec.nodeName"));
    wanted.add(literal("OTEL_SERVICE_NAME", serviceName()));
    wanted.add(
        literal(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            choosesGrpc() && !httpOnly ? instrumentation.otlpGrpc() : instrumentation.otlpHttp()));
    wanted.add(literal("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"));
    // The two belong together: a ratio of ours beside the user's sampler would change its meaning.
    if (sampler(instrumentation).stream().noneMatch(v -> isSet(v.getName()))) {
      wanted.addAll(sampler(instrumentation));
    }
    wanted.add(literal("OTEL_PROPAGATORS", String.join(",", instrumentation.propagators())));
    // The pipeline carries traces only; who also sends metrics and logs fills its log.
    wanted.add(literal("OTEL_METRICS_EXPORTER", "none"));
    wanted.add(literal("OTEL_LOGS_EXPORTER", "none"));
    wanted.add(literal(RESOURCE_ATTRIBUTES, resourceAttributes()));
    wanted.addAll(further);
    Map<String, EnvVar> byName = new LinkedHashMap<>();
    wanted.stream().filter(v -> !isSet(v.getName())).forEach(v -> byName.put(v.getName(), v));
    option.ifPresent(v -> byName.put(v.getName(), v));
    return List.copyOf(byName.values());
  }

  /** The variables that keep a share of the traces; none where all are kept. */
  public static List<EnvVar> sampler(InstrumentationPlan instrumentation) {
    return instrumentation.samplingRatio() < 1.0
        ? List.of(
            literal("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
            literal("OTEL_TRACES_SAMPLER_ARG", Double.toString(instrumentation.samplingRatio())))
        : List.of();
  }

  /** Ours, as the variable has them. */
  String resourceAttributes() {
    Map<String, String> attributes = new LinkedHashMap<>(instrumentation.resourceAttributes());
    attributes.put("k8s.namespace.name", workload.namespace());
    attributes.put(
        "k8s." + workload.ref().kind().toLowerCase(Locale.ROOT) + ".name", workload.ref().name());
    attributes.put("k8s.pod.name", "$(" + Footprint.POD_NAME + ")");
    attributes.put("k8s.node.name", "$(" + NODE_NAME + ")");
    attributes.put("k8s.container.name", container.getName());
    attributes.put(InstrumentationPlan.REVISION_ATTRIBUTE, revision);
    return attributes.entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining(","));
  }

  /** The user's choice of protocol wins, and needs the port that speaks it. */
  private boolean choosesGrpc() {
    return container.getEnv().stream()
        .filter(v -> PROTOCOLS.contains(v.getName()))
        .anyMatch(v -> "grpc".equals(v.getValue()));
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

  private boolean isSet(String name) {
    return Stream.concat(
            container.getEnv().stream().map(EnvVar::getName),
            envFrom.has(container.getName(), name) ? Stream.of(name) : Stream.empty())
        .anyMatch(name::equals);
  }

  /** The API server does not store an empty value; left out, the entry reads back as it was. */
  public static EnvVar literal(String name, String value) {
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
