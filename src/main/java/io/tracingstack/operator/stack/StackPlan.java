package io.tracingstack.operator.stack;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.tracingstack.operator.api.v1alpha1.BackendSpec;
import io.tracingstack.operator.api.v1alpha1.CollectorSpec;
import io.tracingstack.operator.api.v1alpha1.InstrumentationSpec;
import io.tracingstack.operator.api.v1alpha1.InstrumentationSpec.Propagator;
import io.tracingstack.operator.api.v1alpha1.JavaSpec;
import io.tracingstack.operator.api.v1alpha1.LlamaStackSpec;
import io.tracingstack.operator.api.v1alpha1.OtlpBackendSpec;
import io.tracingstack.operator.api.v1alpha1.StackRef;
import io.tracingstack.operator.api.v1alpha1.TempoMonolithicSpec;
import io.tracingstack.operator.api.v1alpha1.TempoStorage;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.api.v1alpha1.TracingStackSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A stack with all defaults filled in and everything checked that the schema cannot check. */
public record StackPlan(
    StackRef ref,
    BackendPlan backend,
    CollectorPlan collector,
    InstrumentationPlan instrumentation,
    RolloutPlan rollout) {
  public static final String DEFAULT_RETENTION = "168h";
  private static final List<Propagator> DEFAULT_PROPAGATORS =
      List.of(Propagator.TRACECONTEXT, Propagator.BAGGAGE);
  private static final String MEMORY = "memory";
  private static final Pattern ATTRIBUTE_VALUE = Pattern.compile("[^,=\\s$]{1,256}");

  private static final ResourceRequirements COLLECTOR_RESOURCES =
      new ResourceRequirementsBuilder()
          .addToRequests("cpu", new Quantity("100m"))
          .addToRequests(MEMORY, new Quantity("128Mi"))
          .addToLimits(MEMORY, new Quantity("512Mi"))
          .build();

  // The copy of a 26 MB file counts as page cache, which the kernel reclaims: 64Mi is ample.
  private static final ResourceRequirements INIT_RESOURCES =
      new ResourceRequirementsBuilder()
          .addToRequests("cpu", new Quantity("10m"))
          .addToRequests(MEMORY, new Quantity("32Mi"))
          .addToLimits("cpu", new Quantity("500m"))
          .addToLimits(MEMORY, new Quantity("64Mi"))
          .build();

  /**
   * Fills in the defaults.
   *
   * @param tempoVersion Tempo's version as tempo-operator reported it, if it did
   * @throws InvalidSpecException naming the field, when a value cannot be used
   */
  public static StackPlan of(TracingStack stack, Defaults defaults, Optional<String> tempoVersion) {
    StackRef ref = new StackRef(stack.getMetadata().getNamespace(), stack.getMetadata().getName());
    TracingStackSpec spec =
        Optional.ofNullable(stack.getSpec())
            .orElseGet(() -> new TracingStackSpec(null, null, null, null, null));
    CollectorSpec collectorSpec =
        or(spec.collector(), new CollectorSpec(null, null, null, null, null));
    RedactionPlan redaction = RedactionPlan.of(collectorSpec.redaction());
    LlamaStackPlan llamaStack = LlamaStackPlan.of(spec.llamaStack(), redaction, defaults);
    CollectorPlan collector =
        collector(
            ref,
            collectorSpec,
            redaction,
            redaction.ofConversations(llamaStack.content() == LlamaStackSpec.Content.FULL),
            defaults);
    return new StackPlan(
        ref,
        backend(ref, spec.backend(), tempoVersion),
        collector,
        instrumentation(spec.instrumentation(), llamaStack, collector, defaults),
        RolloutPlan.of(spec.rollout()));
  }

  private static BackendPlan backend(
      StackRef ref, BackendSpec spec, Optional<String> tempoVersion) {
    if (spec != null && spec.otlp() != null) {
      OtlpBackendSpec otlp = spec.otlp();
      return new BackendPlan.Otlp(
          otlp.endpoint(),
          or(otlp.protocol(), OtlpBackendSpec.Protocol.GRPC),
          or(otlp.headers(), List.of()),
          Optional.ofNullable(otlp.caSecret()));
    }
    TempoMonolithicSpec tempo =
        spec == null || spec.tempoMonolithic() == null
            ? new TempoMonolithicSpec(null, null, null)
            : spec.tempoMonolithic();
    TempoStorage storage = or(tempo.storage(), new TempoStorage(null, null, null));
    return new BackendPlan.Tempo(
        ref.namespace(),
        ref.name(),
        or(storage.type(), TempoStorage.Type.MEMORY),
        Optional.ofNullable(storage.size()),
        Optional.ofNullable(storage.secretName()),
        or(tempo.retention(), DEFAULT_RETENTION),
        or(tempo.ui(), false),
        tempoVersion.map(StackPlan::major).orElse(2));
  }

  private static CollectorPlan collector(
      StackRef ref,
      CollectorSpec spec,
      RedactionPlan redaction,
      RedactionPlan serverRedaction,
      Defaults defaults) {
    ResourceRequirements given = or(spec.resources(), COLLECTOR_RESOURCES);
    Quantity limit =
        or(given.getLimits(), Map.<String, Quantity>of())
            .getOrDefault(MEMORY, COLLECTOR_RESOURCES.getLimits().get(MEMORY));
    ResourceRequirements resources =
        checked(
            new ResourceRequirementsBuilder(given).addToLimits(MEMORY, limit).build(),
            "spec.collector.resources");
    long limitBytes = Quantity.getAmountInBytes(limit).longValue();
    if (limitBytes < 64L << 20) {
      throw new InvalidSpecException(
          "spec.collector.resources.limits.memory", limit + " is less than 64Mi");
    }
    return new CollectorPlan(
        ref.namespace(),
        ref.name() + "-collector",
        ref.name(),
        or(spec.image(), defaults.collectorImage()),
        or(spec.replicas(), 1),
        resources,
        limitBytes,
        or(spec.debug(), false),
        redaction,
        serverRedaction);
  }

  private static InstrumentationPlan instrumentation(
      InstrumentationSpec given,
      LlamaStackPlan llamaStack,
      CollectorPlan collector,
      Defaults defaults) {
    InstrumentationSpec spec = or(given, new InstrumentationSpec(null, null, null, null, null));
    JavaSpec java = or(spec.java(), new JavaSpec(null, null, null, null));
    Optional<LabelSelector> selector = Optional.ofNullable(spec.namespaceSelector());
    selector.ifPresent(s -> LabelSelectors.validate(s, "spec.instrumentation.namespaceSelector"));
    boolean ownImage = java.agentImage() != null;
    return new InstrumentationPlan(
        collector.otlpHttp(),
        collector.otlpGrpc(),
        selector,
        or(spec.propagators(), DEFAULT_PROPAGATORS).stream().map(Propagator::otelName).toList(),
        or(spec.samplingRatio(), 1.0),
        resourceAttributes(or(spec.resourceAttributes(), Map.of())),
        ownImage ? java.agentImage() : defaults.agentInitImage(),
        ownImage,
        Optional.ofNullable(java.agentSha256())
            .or(() -> ownImage ? Optional.empty() : Optional.of(defaults.agentSha256())),
        or(java.env(), List.of()),
        checked(or(java.resources(), INIT_RESOURCES), "spec.instrumentation.java.resources"),
        llamaStack);
  }

  /** Values end up in a comma-separated list that Kubernetes expands {@code $(…)} in. */
  private static SortedMap<String, String> resourceAttributes(Map<String, String> attributes) {
    attributes.forEach(
        (key, value) -> {
          if (!ATTRIBUTE_VALUE.matcher(value).matches()) {
            throw new InvalidSpecException(
                "spec.instrumentation.resourceAttributes." + key,
                "'%s' is not 1 to 256 characters without comma, '=', '$' or white space"
                    .formatted(value));
          }
        });
    return new TreeMap<>(attributes);
  }

  /** A quantity is free text in the schema; the API server would refuse it in a pod only. */
  private static ResourceRequirements checked(ResourceRequirements resources, String field) {
    check(resources.getRequests(), field + ".requests");
    check(resources.getLimits(), field + ".limits");
    or(resources.getRequests(), Map.<String, Quantity>of())
        .forEach(
            (name, request) -> {
              Quantity limit = or(resources.getLimits(), Map.<String, Quantity>of()).get(name);
              if (limit != null
                  && request.getNumericalAmount().compareTo(limit.getNumericalAmount()) > 0) {
                throw new InvalidSpecException(
                    field + ".requests." + name, request + " is more than the limit " + limit);
              }
            });
    return resources;
  }

  private static void check(Map<String, Quantity> quantities, String field) {
    or(quantities, Map.<String, Quantity>of())
        .forEach(
            (name, quantity) -> {
              try {
                if (quantity.getNumericalAmount().signum() < 0) {
                  throw new InvalidSpecException(field + "." + name, "is negative");
                }
              } catch (IllegalArgumentException notQuantity) {
                throw new InvalidSpecException(
                    field + "." + name,
                    "'" + quantity + "' is not a quantity such as 500m or 64Mi");
              }
            });
  }

  private static int major(String version) {
    try {
      return Integer.parseInt(version.replaceFirst("^v", "").split("\\.", 2)[0]);
    } catch (NumberFormatException development) {
      return 2;
    }
  }

  private static <T> T or(T value, T otherwise) {
    return value == null ? otherwise : value;
  }
}
