package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/** Which workload, and what its label asked for; written by the operator. */
public record TracedWorkloadSpec(
    @Required @JsonPropertyDescription("The labelled workload, in the same namespace.")
        WorkloadRef workload,
    @Required @JsonPropertyDescription("Value of the label tracingstack.io/inject.")
        String language) {}
