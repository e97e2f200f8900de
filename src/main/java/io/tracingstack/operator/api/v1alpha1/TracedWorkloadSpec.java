package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/** Which workload, what its label asked for, and what it may do now; written by the operator. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TracedWorkloadSpec(
    @Required @JsonPropertyDescription("The labelled workload, in the same namespace.")
        WorkloadRef workload,
    @Required @JsonPropertyDescription("Value of the label tracingstack.io/inject.")
        String language,
    @JsonPropertyDescription("The turn that the rollout granted last; absent before the first.")
        Turn admitted) {}
