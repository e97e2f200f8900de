package io.tracingstack.operator.api.v1alpha1;

import java.util.List;

/** Condition types, in the order of the journey. */
public enum ConditionType {
  // TracedWorkload
  SELECTED("Selected"),
  PREFLIGHT("Preflight"),
  ADMITTED("Admitted"),
  INJECTED("Injected"),
  AGENT_VERIFIED("AgentVerified"),
  ROLLED_OUT("RolledOut"),
  TRACED("Traced"),
  // TracingStack
  BACKEND_READY("BackendReady"),
  COLLECTOR_READY("CollectorReady"),
  PIPELINE_VERIFIED("PipelineVerified"),
  ROLLOUT_HEALTHY("RolloutHealthy"),
  READY("Ready");

  /** The journey of a workload. */
  public static final List<ConditionType> JOURNEY =
      List.of(SELECTED, PREFLIGHT, ADMITTED, INJECTED, AGENT_VERIFIED, ROLLED_OUT, TRACED);

  /** The conditions of a stack; the last one sums up the others. */
  public static final List<ConditionType> STACK =
      List.of(BACKEND_READY, COLLECTOR_READY, PIPELINE_VERIFIED, ROLLOUT_HEALTHY, READY);

  private final String apiName;

  ConditionType(String apiName) {
    this.apiName = apiName;
  }

  /** The name in {@code status.conditions[].type}. */
  public String apiName() {
    return apiName;
  }
}
