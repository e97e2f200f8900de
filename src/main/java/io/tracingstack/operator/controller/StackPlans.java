package io.tracingstack.operator.controller;

import io.tracingstack.operator.api.v1alpha1.StackRef;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.injection.StackCandidate;
import io.tracingstack.operator.stack.Defaults;
import io.tracingstack.operator.stack.InvalidSpecException;
import io.tracingstack.operator.stack.StackPlan;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The stacks that can serve workloads now, with their plans. */
@ApplicationScoped
public class StackPlans {
  private final Defaults defaults;

  StackPlans(Defaults defaults) {
    this.defaults = defaults;
  }

  /** Stacks that are not being deleted. */
  List<StackCandidate> candidates(Collection<TracingStack> stacks) {
    return stacks.stream()
        .filter(s -> s.getMetadata().getDeletionTimestamp() == null)
        .map(s -> new StackCandidate(refOf(s), plan(s)))
        .toList();
  }

  private Optional<StackPlan> plan(TracingStack stack) {
    try {
      return Optional.of(StackPlan.of(stack, defaults, Optional.empty()));
    } catch (InvalidSpecException reportedByTheStack) {
      return Optional.empty();
    }
  }

  private static StackRef refOf(TracingStack stack) {
    return new StackRef(stack.getMetadata().getNamespace(), stack.getMetadata().getName());
  }
}
