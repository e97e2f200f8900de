package io.tracingstack.operator.llamastack;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.InjectionDecision;
import io.tracingstack.operator.injection.WorkloadKind;
import io.tracingstack.operator.injection.WorkloadView;
import io.tracingstack.operator.stack.InstrumentationPlan;
import io.tracingstack.operator.testing.GoldenCase;
import io.tracingstack.operator.testing.TestStacks;
import io.tracingstack.operator.testing.Yaml;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server's Deployment in, the fragment that is applied to its pod template out. */
class LlamaStackGoldenTest {
  static Stream<GoldenCase> cases() {
    return GoldenCase.all("llamastack");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void fragmentOfAServerIsTheGoldenOne(GoldenCase golden) {
    HasMetadata workload = Serialization.unmarshal(golden.input("in.yaml"));
    PodTemplateSpec template = WorkloadKind.of(workload).orElseThrow().template(workload);

    InjectionDecision decision =
        LlamaStackInjection.decide(
            "journey",
            WorkloadView.of(workload, template),
            instrumentation(golden),
            EnvFromNames.NONE,
            new LlamaStackInjection.Facts(server(golden), Map.of()));

    assertThat(decision.refusal()).isEmpty();
    golden.output("out.yaml", Yaml.write(decision.plan().orElseThrow().fragment()));
    golden.output("out-summary.txt", decision.plan().orElseThrow().summary() + "\n");
    golden.hasNoUnusedFile();
  }

  private static Optional<ServerView> server(GoldenCase golden) {
    return Optional.ofNullable(golden.optionalInput("in-server.yaml"))
        .map(yaml -> Yaml.read(yaml, GenericKubernetesResource.class))
        .flatMap(ServerView::of);
  }

  private static InstrumentationPlan instrumentation(GoldenCase golden) {
    String yaml = golden.optionalInput("in-spec.yaml");
    return TestStacks.plan(yaml == null ? "{}" : yaml).instrumentation();
  }
}
