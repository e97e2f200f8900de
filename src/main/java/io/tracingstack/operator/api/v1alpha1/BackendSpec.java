package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;

/** The trace backend; at most one variant is set, none means {@code tempoMonolithic}. */
@ValidationRule(
    value = "!(has(self.tempoMonolithic) && has(self.otlp))",
    message = "spec.backend: set at most one of tempoMonolithic, otlp")
public record BackendSpec(
    @JsonPropertyDescription(
            "A Tempo instance run through tempo-operator, created and owned by this stack.")
        TempoMonolithicSpec tempoMonolithic,
    @JsonPropertyDescription(
            "An existing backend that accepts OTLP. It cannot be read, so proof rests on the collector.")
        OtlpBackendSpec otlp) {}
