package io.tracingstack.operator.injection;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.testing.Yaml;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TightLimitsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                          | {}                                  | {}               |",
        "{memory: 256Mi}             | {}                                  | {}               |",
        "{memory: 268435456}         | {}                                  | {}               |",
        "{memory: 255Mi}             | {}                                  | {}               | 255Mi",
        "{memory: 200M}              | {}                                  | {}               | 200M",
        "{}                          | {memory: 32Mi}                      | {}               |",
        "{}                          | {}                                  | {memory: 192Mi}  | 192Mi",
        "{memory: 512Mi}             | {}                                  | {memory: 192Mi}  |"
      })
  void aMemoryLimitMustHoldAJvmWithTheAgent(String app, String side, String ofPod, String named) {
    assertThat(check(app, side, ofPod))
        .isEqualTo(
            refusals(
                Reason.MEMORY_TOO_TIGHT,
                named,
                "container app has a memory limit of %s; a JVM with the agent needs at least 256Mi"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "64Mi |      |",
        "32Mi | 32Mi |",
        "1Gi  | 1Mi  |",
        "63Mi |      | 63Mi",
        "     | 10Mi | 10Mi",
        "30Mi | 30Mi | 30Mi + 30Mi"
      })
  void theSumOfTheStorageLimitsMustHoldOurVolume(String app, String side, String named) {
    assertThat(check(storage(app), storage(side), "{}"))
        .isEqualTo(
            refusals(
                Reason.EPHEMERAL_STORAGE_TOO_TIGHT,
                named,
                "the ephemeral-storage limits of the containers add up to %s; with the agent's volume"
                    + " a pod needs at least 64Mi"));
  }

  private static String storage(String limit) {
    return limit == null ? "{}" : "{ephemeral-storage: " + limit + "}";
  }

  private static List<Refusal> refusals(Reason reason, String named, String message) {
    return Stream.ofNullable(named).map(n -> new Refusal(reason, message.formatted(n))).toList();
  }

  private static List<Refusal> check(String app, String side, String ofPod) {
    PodSpec spec =
        Yaml.read(
            """
            resources: {limits: %s}
            containers:
              - {name: app, resources: {limits: %s}}
              - {name: side, resources: {limits: %s}}
            """
                .formatted(ofPod, app, side),
            PodSpec.class);
    return TightLimits.check(spec, List.of("app")).toList();
  }
}
