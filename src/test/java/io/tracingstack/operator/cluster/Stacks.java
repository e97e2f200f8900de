package io.tracingstack.operator.cluster;

import io.tracingstack.operator.api.v1alpha1.BackendSpec;
import io.tracingstack.operator.api.v1alpha1.CollectorSpec;
import io.tracingstack.operator.api.v1alpha1.InstrumentationSpec;
import io.tracingstack.operator.api.v1alpha1.JavaSpec;
import io.tracingstack.operator.api.v1alpha1.LlamaStackSpec;
import io.tracingstack.operator.api.v1alpha1.LlamaStackSpec.Content;
import io.tracingstack.operator.api.v1alpha1.OtlpBackendSpec;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec;
import io.tracingstack.operator.api.v1alpha1.TracingStackSpec;
import io.tracingstack.operator.testing.Yaml;

/** Specifications of stacks that tests make for themselves. */
final class Stacks {
  private Stacks() {}

  /** A stack with a Tempo of its own that stores what LlamaStack servers say: tests look for it. */
  static TracingStackSpec withConversations() {
    return new TracingStackSpec(
        null, null, null, new LlamaStackSpec(null, null, Content.FULL), atOnce());
  }

  /** A stack that sends to another stack's Tempo, which it cannot read. */
  static TracingStackSpec external(SharedStack target) {
    return new TracingStackSpec(backend(target), null, null, null, atOnce());
  }

  /** The same with a rollout of its own, in YAML. */
  static TracingStackSpec external(SharedStack target, String rollout) {
    return new TracingStackSpec(backend(target), null, null, null, rollout(rollout));
  }

  /** The same, with its word on servers of LlamaStack. */
  static TracingStackSpec external(SharedStack target, LlamaStackSpec llamaStack) {
    return new TracingStackSpec(backend(target), null, null, llamaStack, atOnce());
  }

  /** A rollout that lets everybody go at once. */
  static RolloutSpec atOnce() {
    return rollout("{canary: 0, maxConcurrent: 100}");
  }

  private static RolloutSpec rollout(String yaml) {
    return Yaml.read(yaml, RolloutSpec.class);
  }

  static TracingStackSpec externalWithCollectorImage(SharedStack target, String image) {
    return new TracingStackSpec(
        backend(target), new CollectorSpec(image, null, null, null, null), null, null, atOnce());
  }

  static TracingStackSpec externalWithAgent(SharedStack target, String image, String sha256) {
    return new TracingStackSpec(
        backend(target),
        null,
        new InstrumentationSpec(null, null, null, null, new JavaSpec(image, sha256, null, null)),
        null,
        atOnce());
  }

  /** A stack with a Tempo of its own that keeps few of the traces its workloads start. */
  static TracingStackSpec sampling(double ratio) {
    return new TracingStackSpec(
        null, null, new InstrumentationSpec(null, null, ratio, null, null), null, atOnce());
  }

  private static BackendSpec backend(SharedStack target) {
    return new BackendSpec(null, new OtlpBackendSpec(target.tempoOtlp(), null, null, null));
  }
}
