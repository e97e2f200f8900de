package io.tracingstack.operator.controller;

import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.Turn;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.journey.StatusDraft;
import io.tracingstack.operator.kube.WorkloadStore.Stored;
import io.tracingstack.operator.stack.InstrumentationPlan;
import io.tracingstack.operator.stack.StackPlan;

/**
 * One workload in one step.
 *
 * @param before the newest status
 * @param draft the status in the making
 * @param stored the workload as it was read in this step
 * @param instrumentation the settings that {@code plan} is made from: the stack's, but for the
 *     agent where an upgrade was undone
 * @param plan what is to be in the workload
 */
record Subject(
    TracedWorkload tw,
    TracedWorkloadStatus before,
    StatusDraft draft,
    Stored stored,
    StackPlan stack,
    InstrumentationPlan instrumentation,
    InjectionPlan plan) {

  String namespace() {
    return tw.getMetadata().getNamespace();
  }

  /** The turn that the rollout granted last, may be null. */
  Turn admitted() {
    return tw.getSpec().admitted();
  }

  /** The value of the annotation tracingstack.io/retry, may be null. */
  String retry() {
    return tw.getMetadata().getAnnotations() == null
        ? null
        : tw.getMetadata().getAnnotations().get(Labels.RETRY);
  }

  /** Hash of the pod template without us. */
  String template() {
    return Footprint.hashWithout(stored.template());
  }

  Subject with(Stored newer) {
    return new Subject(tw, before, draft, newer, stack, instrumentation, plan);
  }

  Subject with(InjectionPlan other) {
    return new Subject(tw, before, draft, stored, stack, instrumentation, other);
  }
}
