package io.tracingstack.operator.injection;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.stack.InstrumentationPlan;
import io.tracingstack.operator.testing.GoldenCase;
import io.tracingstack.operator.testing.TestStacks;
import io.tracingstack.operator.testing.Yaml;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A workload in, the fragment that is applied to its pod template out. */
class InjectionGoldenTest {
  static Stream<GoldenCase> cases() {
    return GoldenCase.all("injection");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void fragmentOfAWorkloadIsTheGoldenOne(GoldenCase golden) {
    HasMetadata workload = Serialization.unmarshal(golden.input("in.yaml"));

    InjectionDecision decision =
        JavaInjection.decide(
            "journey",
            WorkloadView.of(workload, WorkloadKind.of(workload).orElseThrow().template(workload)),
            instrumentation(golden),
            envFrom(golden));

    assertThat(decision.refusal()).isEmpty();
    golden.output("out.yaml", Yaml.write(decision.plan().orElseThrow().fragment()));
    golden.hasNoUnusedFile();
  }

  private static InstrumentationPlan instrumentation(GoldenCase golden) {
    String yaml = golden.optionalInput("in-instrumentation.yaml");
    return yaml == null
        ? TestStacks.instrumentation()
        : TestStacks.plan("instrumentation:\n" + yaml.indent(2)).instrumentation();
  }

  private static EnvFromNames envFrom(GoldenCase golden) {
    String yaml = golden.optionalInput("in-env-from.yaml");
    return yaml == null ? EnvFromNames.NONE : Yaml.read(yaml, EnvFromNames.class);
  }
}
