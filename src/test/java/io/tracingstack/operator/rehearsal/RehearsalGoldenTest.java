package io.tracingstack.operator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.JavaInjection;
import io.tracingstack.operator.injection.WorkloadKind;
import io.tracingstack.operator.injection.WorkloadView;
import io.tracingstack.operator.testing.GoldenCase;
import io.tracingstack.operator.testing.TestStacks;
import io.tracingstack.operator.testing.Yaml;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A workload in, the pod of its rehearsal and its empty volumes out. */
class RehearsalGoldenTest {
  static Stream<GoldenCase> cases() {
    return GoldenCase.all("rehearsal");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void podOfAWorkloadIsTheGoldenOne(GoldenCase golden) {
    HasMetadata workload = Serialization.unmarshal(golden.input("in.yaml"));
    PodTemplateSpec template = WorkloadKind.of(workload).orElseThrow().template(workload);
    String before = Serialization.asJson(template);
    WorkloadView view = WorkloadView.of(workload, template);

    RehearsalPod pod =
        RehearsalPod.of(
            view,
            JavaInjection.decide("journey", view, TestStacks.instrumentation(), EnvFromNames.NONE)
                .plan()
                .orElseThrow(),
            RehearsalPodTest.OWNER);

    golden.output("out.yaml", Yaml.write(pod));
    golden.hasNoUnusedFile();
    assertThat(Serialization.asJson(template)).isEqualTo(before);
  }
}
