package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.Container;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.Turn;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.journey.LlamaStackFindings;
import io.tracingstack.operator.journey.StatusDraft;
import io.tracingstack.operator.kube.WorkloadStore.Stored;
import io.tracingstack.operator.stack.InstrumentationPlan;
import io.tracingstack.operator.stack.StackPlan;
import java.util.List;
import java.util.Optional;

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

  /** Whether it is a LlamaStack server. */
  boolean isLlamaStack() {
    return Labels.INJECT_LLAMA_STACK.equals(tw.getSpec().language());
  }

  /** Whether it is a model server that is vLLM. */
  boolean isVllm() {
    return Labels.INJECT_VLLM.equals(tw.getSpec().language());
  }

  /**
   * Whether a request like its readiness probe's may make a span. vLLM makes one for each
   * completion that it served, and none for others.
   */
  boolean answersWithSpans() {
    return !isVllm();
  }

  /** A container with the Java agent, whose log tells of it; none where there is no such agent. */
  Optional<String> agentContainer(InjectionPlan content) {
    return isLlamaStack() || isVllm() ? Optional.empty() : Optional.of(content.containers().get(0));
  }

  /** What is known of the server that it is, with these warnings. */
  LlamaStackFindings llamaStack(List<String> warnings) {
    return new LlamaStackFindings(
        stored.server(),
        serverContainer().getImage(),
        stack.instrumentation().llamaStack(),
        warnings);
  }

  /** The first of the containers that are traced. */
  Container serverContainer() {
    List<Container> all = stored.template().getSpec().getContainers();
    return all.stream()
        .filter(c -> plan.containers().contains(c.getName()))
        .findFirst()
        // Content of an earlier turn may be of a container that has another name by now.
        .orElseGet(() -> all.get(0));
  }

  Subject with(Stored newer) {
    return new Subject(
        tw, before, draft, newer.with(stored.server()), stack, instrumentation, plan);
  }

  Subject with(InjectionPlan other) {
    return new Subject(tw, before, draft, stored, stack, instrumentation, other);
  }
}
