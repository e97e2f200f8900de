package io.tracingstack.operator.injection;

import io.tracingstack.operator.api.v1alpha1.StackRef;
import io.tracingstack.operator.stack.StackPlan;
import java.util.Map;
import java.util.Optional;

/**
 * A stack that exists and is not being deleted.
 *
 * @param plan empty while its specification is invalid: who is served by it stays so
 */
public record StackCandidate(StackRef ref, Optional<StackPlan> plan) {

  /** A stack with a usable specification. */
  public static StackCandidate of(StackPlan plan) {
    return new StackCandidate(plan.ref(), Optional.of(plan));
  }

  boolean admitsNamespace(Map<String, String> labels) {
    return plan.map(p -> p.instrumentation().admitsNamespace(labels)).orElse(true);
  }
}
