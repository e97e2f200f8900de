package io.tracingstack.operator.journey;

import io.tracingstack.operator.injection.InjectionPlan;
import java.util.List;

/** What is to be done with a workload's pod template. */
public sealed interface Intent {

  /** Write the plan's fields. */
  record Inject(InjectionPlan plan, List<String> lostInjections) implements Intent {}

  /** Everything is there already. */
  record Keep(InjectionPlan plan) implements Intent {}

  /** Others keep removing our fields: leave the workload as they want it. */
  record GiveUp(InjectionPlan plan, List<String> lostInjections) implements Intent {}
}
