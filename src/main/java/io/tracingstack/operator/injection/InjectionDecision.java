package io.tracingstack.operator.injection;

import java.util.Optional;

/** A plan, or why the workload is left alone: exactly one of the two is present. */
public record InjectionDecision(Optional<InjectionPlan> plan, Optional<Refusal> refusal) {
  /** The workload gets this. */
  public static InjectionDecision write(InjectionPlan plan) {
    return new InjectionDecision(Optional.of(plan), Optional.empty());
  }

  /** The workload is left alone. */
  public static InjectionDecision refuse(Refusal refusal) {
    return new InjectionDecision(Optional.empty(), Optional.of(refusal));
  }
}
