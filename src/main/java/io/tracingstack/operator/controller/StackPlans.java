package io.tracingstack.operator.controller;

import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.stack.Defaults;
import io.tracingstack.operator.stack.InvalidSpecException;
import io.tracingstack.operator.stack.StackPlan;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The plans of the stacks that can serve workloads now. */
@ApplicationScoped
public class StackPlans {
  private final Defaults defaults;

  StackPlans(Defaults defaults) {
    this.defaults = defaults;
  }

  /** Plans of stacks that are not being deleted and whose specification is usable. */
  List<StackPlan> usable(Collection<TracingStack> stacks) {
    return stacks.stream()
        .filter(s -> s.getMetadata().getDeletionTimestamp() == null)
        .flatMap(
            s -> {
              try {
                return Optional.of(StackPlan.of(s, defaults, Optional.empty())).stream();
              } catch (InvalidSpecException reportedByTheStack) {
                return Optional.<StackPlan>empty().stream();
              }
            })
        .toList();
  }
}
