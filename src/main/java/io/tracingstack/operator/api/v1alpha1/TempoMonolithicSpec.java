package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;

/** Settings of the {@code TempoMonolithic} object that the stack owns. */
public record TempoMonolithicSpec(
    @JsonPropertyDescription("Where Tempo keeps traces. Default: memory.") TempoStorage storage,
    @Pattern("^([0-9]+(h|m|s))+$")
        @JsonPropertyDescription("How long traces are kept, e.g. 168h. Default: 168h.")
        String retention,
    @JsonPropertyDescription(
            "Run the Jaeger UI beside Tempo (deprecated in tempo-operator 0.22). Default: false.")
        Boolean ui) {}
