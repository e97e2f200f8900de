package io.tracingstack.operator.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.tracingstack.operator.backend.TempoMonolithicObject;
import io.tracingstack.operator.stack.BackendPlan;
import io.tracingstack.operator.stack.StackPlan;
import io.tracingstack.operator.testing.GoldenCase;
import io.tracingstack.operator.testing.TestStacks;
import io.tracingstack.operator.testing.Yaml;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A TracingStack in, the objects it owns out. */
class StackGoldenTest {
  static Stream<GoldenCase> cases() {
    return GoldenCase.all("stack");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void objectsOfAStackAreTheGoldenOnes(GoldenCase golden) {
    StackPlan plan = plan(golden);

    if (plan.backend() instanceof BackendPlan.Tempo tempo) {
      golden.output("out-tempo.yaml", Yaml.write(TempoMonolithicObject.build(tempo)));
    }
    ConfigMap configMap = CollectorObjects.configMap(plan);
    golden.output("out-configmap.yaml", Yaml.write(withoutFile(configMap)));
    golden.output("out-collector.yaml", configMap.getData().get(CollectorObjects.CONFIG_KEY));
    golden.output("out-deployment.yaml", Yaml.write(CollectorObjects.deployment(plan)));
    golden.output("out-service.yaml", Yaml.write(CollectorObjects.service(plan)));
    if (plan.collector().replicas() > 1) {
      golden.output("out-pdb.yaml", Yaml.write(CollectorObjects.disruptionBudget(plan)));
    }
    golden.hasNoUnusedFile();
  }

  private static StackPlan plan(GoldenCase golden) {
    return StackPlan.of(
        TestStacks.parse(golden.input("in.yaml")),
        TestStacks.DEFAULTS,
        Optional.ofNullable(golden.optionalInput("in-tempo-version.txt")).map(String::trim));
  }

  /** The file has a golden file of its own, where it can be read. */
  private static ConfigMap withoutFile(ConfigMap configMap) {
    assertThat(configMap.getData()).containsOnlyKeys(CollectorObjects.CONFIG_KEY);
    return new ConfigMapBuilder(configMap)
        .withData(Map.of(CollectorObjects.CONFIG_KEY, "see out-collector.yaml"))
        .build();
  }
}
