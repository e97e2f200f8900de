package io.tracingstack.operator.injection;

import io.tracingstack.operator.api.v1alpha1.Reason;

/** Why a workload is left as it is. */
public record Refusal(Reason reason, String message) {}
