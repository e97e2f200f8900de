package io.tracingstack.operator.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.tracingstack.operator.injection.WorkloadKind;
import io.tracingstack.operator.testing.Yaml;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pods fail, are of the revision db-b, and their set goes back to db-a. */
class LeftPodsTest {
  private static final String NEVER = "{type: Ready, status: 'False', lastTransitionTime: %s}";
  private static final String BACK =
      "{observedGeneration: 3, currentRevision: db-a, updateRevision: db-a}";

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "never ready    | {}                                       | 08:00:00 | true  | false",
        "ready once     | {}                                       | 08:00:30 | false | false",
        "parallel       | {podManagementPolicy: Parallel}          | 08:00:00 | false | false",
        "on delete      | {updateStrategy: {type: OnDelete}}       | 08:00:00 | false | true",
        "partitioned    | {updateStrategy: {rollingUpdate: {partition: 2}}}"
            + "                                                    | 08:00:00 | false | true",
        "not that high  | {updateStrategy: {rollingUpdate: {partition: 1}}}"
            + "                                                    | 08:00:00 | true  | false"
      })
  void whichPodsHoldTheirSetUp(
      String name, String spec, String unreadySince, boolean stuck, boolean byHand) {
    LeftPods left = left(set(spec, BACK), pod("db-1", unreadySince));
    assertThat(left.all()).hasSize(1);
    assertThat(left.stuck()).hasSize(stuck ? 1 : 0);
    assertThat(left.byHand()).isEqualTo(byHand);
    assertThat(left.hold()).isTrue();
    assertThat(left.command()).isEqualTo("kubectl -n shop delete pod db-1");
  }

  @Test
  void podsOfThePresentRevisionAreNotLeft() {
    PodTemplateSpec back =
        Yaml.read("{metadata: {labels: {tracingstack.io/revision: r1}}}", PodTemplateSpec.class);
    StatefulSet set = set("{}", BACK);
    Pod pod = pod("db-1", "08:00:00");
    assertThat(LeftPods.of(set, RolloutView.of(set), back, List.of(pod))).isEqualTo(LeftPods.NONE);
    pod.getMetadata().getLabels().remove("tracingstack.io/revision");
    assertThat(left(set, pod)).isEqualTo(LeftPods.NONE);
  }

  @Test
  void aPodThatWouldComeBackTheSameIsNotStuck() {
    assertThat(
            left(
                    set("{}", "{observedGeneration: 3, updateRevision: db-b}"),
                    pod("db-1", "08:00:00"))
                .stuck())
        .isEmpty();
  }

  @Test
  void aPausedDeploymentIsResumedAndARunningOneReplacesItsPodsItself() {
    assertThat(left(deployment("{paused: true}"), pod("db-1", "08:00:00")).command())
        .isEqualTo("kubectl -n shop rollout resume deployment db");
    assertThat(left(deployment("{}"), pod("db-1", "08:00:00"))).isEqualTo(LeftPods.NONE);
  }

  private static LeftPods left(HasMetadata workload, Pod pod) {
    return LeftPods.of(
        workload,
        RolloutView.of(WorkloadKind.of(workload).orElseThrow(), workload),
        Yaml.read("{metadata: {labels: {app: db}}}", PodTemplateSpec.class),
        List.of(pod));
  }

  private static StatefulSet set(String spec, String status) {
    return Yaml.read(
        "{metadata: {name: db, namespace: shop, generation: 3}, spec: %s, status: %s}"
            .formatted(spec, status),
        StatefulSet.class);
  }

  private static Deployment deployment(String spec) {
    return Yaml.read(
        "{metadata: {name: db, namespace: shop, generation: 3}, spec: %s}".formatted(spec),
        Deployment.class);
  }

  private static Pod pod(String name, String unreadySince) {
    return Yaml.read(
        """
        metadata:
          name: %s
          namespace: shop
          creationTimestamp: '2026-11-21T07:59:59Z'
          labels: {app: db, tracingstack.io/revision: r1, controller-revision-hash: db-b}
        spec: {containers: [{name: app}]}
        status:
          startTime: '2026-11-21T08:00:00Z'
          conditions: [%s]
        """
            .formatted(name, NEVER.formatted("'2026-11-21T" + unreadySince + "Z'")),
        Pod.class);
  }
}
