package io.tracingstack.operator.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.tracingstack.operator.testing.Yaml;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SurgeTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                                            | 1 | 0",
        "{replicas: 4}                                                                 | 1 | 1",
        "{replicas: 5}                                                                 | 2 | 1",
        "{replicas: 0}                                                                 | 0 | 1",
        "{replicas: 4, strategy: {type: Recreate}}                                     | 0 | 1",
        "{replicas: 4, strategy: {rollingUpdate: {maxSurge: 3}}}                       | 3 | 1",
        "{replicas: 4, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 2}}}    | 0 | 2",
        "{replicas: 4, strategy: {rollingUpdate: {maxSurge: 100%, maxUnavailable: 0}}} | 4 | 0",
        "{replicas: 2, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 25%}}}  | 0 | 1"
      })
  void theControllersRulesAreFollowed(String spec, int added, int missing) {
    assertThat(Surge.of(Yaml.read("{spec: " + spec + "}", Deployment.class), 7))
        .isEqualTo(new Surge(added, missing));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                                      | 0 | 1",
        "{updateStrategy: {type: OnDelete}}                                      | 0 | 1",
        "{updateStrategy: {rollingUpdate: {maxUnavailable: 50%}}}                | 0 | 4",
        "{updateStrategy: {rollingUpdate: {maxSurge: 20%, maxUnavailable: 0}}}   | 2 | 0",
        "{updateStrategy: {rollingUpdate: {maxSurge: 3}}}                        | 3 | 0"
      })
  void aDaemonSetMakesRoomByItsNodes(String spec, int added, int missing) {
    assertThat(Surge.of(Yaml.read("{spec: " + spec + "}", DaemonSet.class), 7))
        .isEqualTo(new Surge(added, missing));
  }

  @Test
  void aStatefulSetEndsAPodBeforeItMakesTheNext() {
    assertThat(Surge.of(Yaml.read("{spec: {replicas: 3}}", StatefulSet.class), 3))
        .isEqualTo(Surge.NONE);
  }
}
