package io.tracingstack.operator.rehearsal;

import static io.tracingstack.operator.testing.TestWorkloads.deployment;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.injection.ArbitraryTemplates;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.JavaInjection;
import io.tracingstack.operator.testing.ServerSideApply;
import io.tracingstack.operator.testing.TestStacks;
import io.tracingstack.operator.vllm.VllmInjection;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is rehearsed is what would be written. */
class MergePropertiesTest {
  @Provide
  Arbitrary<PodTemplateSpec> templates() {
    return ArbitraryTemplates.templates();
  }

  @Property(tries = 500)
  void mergingIsWhatTheApiServerDoes(
      @ForAll("templates") PodTemplateSpec original, @ForAll boolean takeOver) {
    Map<String, String> annotations = takeOver ? Map.of(Labels.TAKE_OVER, "true") : Map.of();
    JavaInjection.decide(
            "journey",
            deployment(annotations, original),
            TestStacks.instrumentation(),
            EnvFromNames.NONE)
        .plan()
        .ifPresent(
            plan ->
                assertThat(ServerSideApply.tree(Merge.of(original, plan.fragment())))
                    .isEqualTo(
                        ServerSideApply.tree(
                            ServerSideApply.apply(original, plan.fragment(), path -> takeOver))));
  }

  @Property(tries = 500)
  void argumentsOfModelServersAreMergedAsWell(@ForAll("templates") PodTemplateSpec original) {
    VllmInjection.decide(
            "journey",
            deployment(original),
            TestStacks.instrumentation(),
            EnvFromNames.NONE,
            new VllmInjection.Facts(Optional.empty(), Map.of(), Map.of()))
        .plan()
        .ifPresent(
            plan ->
                assertThat(ServerSideApply.tree(Merge.of(original, plan.fragment())))
                    .isEqualTo(
                        ServerSideApply.tree(
                            ServerSideApply.apply(
                                original, plan.fragment(), path -> path.endsWith(".args")))));
  }
}
