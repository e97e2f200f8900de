package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/**
 * What the user asks for. Defaults are not written into the schema but applied in {@code
 * io.tracingstack.operator.stack.StackPlan}: OLM refuses upgrades that change a schema default.
 */
public record TracingStackSpec(
    @JsonPropertyDescription(
            "Where traces are stored; at most one variant. Default: tempoMonolithic with its defaults.")
        BackendSpec backend,
    @JsonPropertyDescription("The OpenTelemetry Collector in front of the backend.")
        CollectorSpec collector,
    @JsonPropertyDescription("How labelled workloads are instrumented.")
        InstrumentationSpec instrumentation,
    @JsonPropertyDescription("How LlamaStack servers are traced.") LlamaStackSpec llamaStack,
    @JsonPropertyDescription("Which workloads may go when, and what happens when one fails.")
        RolloutSpec rollout) {}
