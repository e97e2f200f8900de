package io.tracingstack.operator.vllm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.InjectionDecision;
import io.tracingstack.operator.injection.WorkloadKind;
import io.tracingstack.operator.injection.WorkloadView;
import io.tracingstack.operator.testing.GoldenCase;
import io.tracingstack.operator.testing.TestStacks;
import io.tracingstack.operator.testing.Yaml;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A model server's Deployment in, the fragment that is applied to its pod template out. */
class VllmGoldenTest {
  static Stream<GoldenCase> cases() {
    return GoldenCase.all("vllm");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void fragmentOfAModelServerIsTheGoldenOne(GoldenCase golden) {
    HasMetadata workload = Serialization.unmarshal(golden.input("in.yaml"));
    PodTemplateSpec template = WorkloadKind.of(workload).orElseThrow().template(workload);
    String spec = golden.optionalInput("in-spec.yaml");

    InjectionDecision decision =
        VllmInjection.decide(
            "journey",
            WorkloadView.of(workload, template),
            TestStacks.plan(spec == null ? "{}" : spec).instrumentation(),
            EnvFromNames.NONE,
            new VllmInjection.Facts(Optional.empty(), Map.of(), Map.of()));

    assertThat(decision.refusal()).isEmpty();
    golden.output("out.yaml", Yaml.write(decision.plan().orElseThrow().fragment()));
    golden.output("out-summary.txt", decision.plan().orElseThrow().summary() + "\n");
    golden.hasNoUnusedFile();
  }
}
