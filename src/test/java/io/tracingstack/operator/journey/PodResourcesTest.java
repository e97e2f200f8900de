package io.tracingstack.operator.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.tracingstack.operator.testing.Yaml;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodResourcesTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "containers add up     | []                                | [1, 2] | {}          | 3",
        "an init is alone      | [{cpu: 2}]                        | [1]    | {}          | 2",
        "the largest counts    | [{cpu: 2}, {cpu: 5}, {cpu: 1}]    | [1, 2] | {}          | 5",
        "a sidecar stays       | [{cpu: 2, always: true}]          | [1]    | {}          | 3",
        "with those before     | [{cpu: 2, always: true}, {cpu: 4}] | [1]   | {}          | 6",
        "not with those after  | [{cpu: 4}, {cpu: 2, always: true}] | [1]   | {}          | 4",
        "the pod's own counts  | [{cpu: 9}]                        | [1]    | {cpu: 7}    | 7"
      })
  void thePodsLargestMomentCounts(
      String name, String init, String containers, String ofPod, BigDecimal expected) {
    String yaml =
        "{initContainers: %s, containers: %s, resources: {requests: %s}}"
            .formatted(
                init.replaceAll("\\{cpu: (\\d)", "{name: i, resources: {requests: {cpu: $1}}")
                    .replace("always: true", "restartPolicy: Always"),
                containers.replaceAll("(\\d)", "{name: c, resources: {requests: {cpu: $1}}}"),
                ofPod);

    PodResources resources = PodResources.of(Yaml.read(yaml, PodSpec.class));

    assertThat(resources.requests().get("cpu")).isEqualByComparingTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                      | {}",
        "{limits: {cpu: 1}}                      | {limits: {cpu: 1}, requests: {cpu: 1}}",
        "{limits: {cpu: 1}, requests: {cpu: 10m}} | {limits: {cpu: 1}, requests: {cpu: 10m}}"
      })
  void aRequestNotGivenIsTheLimit(String given, String filled) {
    assertThat(admitted(given)).isEqualTo(pod(filled));
  }

  @Test
  void whatIsNotGivenComesFromALimitRange() {
    LimitRange range =
        Yaml.read(
            "{spec: {limits: [{type: Pod, default: {cpu: 9}}, {type: Container, default: {cpu: 2,"
                + " memory: 1Gi}, defaultRequest: {cpu: 100m}}]}}",
            LimitRange.class);

    assertThat(admitted("{requests: {memory: 64Mi}}", range))
        .isEqualTo(pod("{limits: {cpu: 2, memory: 1Gi}, requests: {cpu: 100m, memory: 64Mi}}"));
  }

  @ParameterizedTest
  @CsvSource({
    "requests.cpu, 1.5, 1500m",
    "memory, 134217728, 128Mi",
    "limits.ephemeral-storage, 1048576, 1Mi",
    "pods, 3, 3"
  })
  void amountsAreWrittenAsPeopleDo(String resource, BigDecimal amount, String expected) {
    assertThat(PodResources.text(resource, amount)).isEqualTo(expected);
  }

  private static PodResources admitted(String resources, LimitRange... ranges) {
    return PodResources.of(
        AdmittedPod.of(
            Yaml.read("{containers: [{name: app, resources: " + resources + "}]}", PodSpec.class),
            List.of(ranges)));
  }

  private static PodResources pod(String resources) {
    return PodResources.of(
        Yaml.read("{containers: [{name: app, resources: " + resources + "}]}", PodSpec.class));
  }
}
