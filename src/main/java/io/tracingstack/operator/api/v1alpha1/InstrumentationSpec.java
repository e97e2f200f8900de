package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How the labelled workloads of a stack are instrumented. */
@ValidationRule(
    value =
        "!has(self.resourceAttributes) || self.resourceAttributes.all(k,"
            + " k.matches('^[a-z][a-z0-9_.-]*$') && !k.startsWith('tracingstack.'))",
    message =
        "spec.instrumentation.resourceAttributes: keys are lower-case letters, digits, '.', '_', '-'"
            + " and may not start with 'tracingstack.'")
@ValidationRule(
    value = "!has(self.propagators) || self.propagators.exists(p, p == 'tracecontext')",
    message =
        "spec.instrumentation.propagators: must include tracecontext, the proof request is joined by it")
public record InstrumentationSpec(
    @JsonPropertyDescription(
            "Narrows the namespaces served, by namespace labels; it never widens them: another"
                + " namespace is served only with its consent.")
        LabelSelector namespaceSelector,
    @Size(min = 1, max = 8)
        @JsonPropertyDescription("Trace context formats. Default: tracecontext, baggage.")
        List<Propagator> propagators,
    @Min(0)
        @Max(1)
        @JsonPropertyDescription(
            "Share of traces started by a workload that are kept, 0 to 1; a caller's decision is"
                + " honoured. Default: 1.0.")
        Double samplingRatio,
    @Size(max = 32)
        @JsonPropertyDescription(
            "Added to every span of every workload, e.g. deployment.environment.name")
        Map<String, String> resourceAttributes,
    @JsonPropertyDescription("Java agent settings.") JavaSpec java) {

  /** Propagators that the OpenTelemetry Java agent knows, by their OTEL_PROPAGATORS names. */
  public enum Propagator {
    @JsonProperty("tracecontext")
    TRACECONTEXT,
    @JsonProperty("baggage")
    BAGGAGE,
    @JsonProperty("b3")
    B3,
    @JsonProperty("b3multi")
    B3MULTI,
    @JsonProperty("jaeger")
    JAEGER,
    @JsonProperty("xray")
    XRAY,
    @JsonProperty("ottrace")
    OTTRACE;

    /** The name in OTEL_PROPAGATORS. */
    public String otelName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
