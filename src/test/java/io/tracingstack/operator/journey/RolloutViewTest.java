package io.tracingstack.operator.journey;

import static io.tracingstack.operator.testing.TestPods.healthy;
import static io.tracingstack.operator.testing.TestPods.ofRun;
import static io.tracingstack.operator.testing.TestPods.starting;
import static io.tracingstack.operator.testing.TestPods.troubled;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.testing.Yaml;
import io.tracingstack.operator.verification.PodView;
import io.tracingstack.operator.verification.PodView.Trouble;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolloutViewTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "complete            | {replicas: 2} | {observedGeneration: 3, replicas: 2,"
            + " updatedReplicas: 2, availableReplicas: 2}                    | ROLLED_OUT",
        "newer than observed | {replicas: 2} | {observedGeneration: 2, replicas: 2,"
            + " updatedReplicas: 2, availableReplicas: 2}                    | PROGRESSING",
        "no status yet       | {replicas: 2} | {}                            | PROGRESSING",
        "one updated         | {replicas: 2} | {observedGeneration: 3, replicas: 3,"
            + " updatedReplicas: 1, availableReplicas: 2}                    | PROGRESSING",
        "former pods left    | {replicas: 2} | {observedGeneration: 3, replicas: 3,"
            + " updatedReplicas: 2, availableReplicas: 2}                    | PROGRESSING",
        "not available       | {replicas: 2} | {observedGeneration: 3, replicas: 2,"
            + " updatedReplicas: 2, availableReplicas: 1}                    | PROGRESSING",
        "one by default      | {}            | {observedGeneration: 3, replicas: 1,"
            + " updatedReplicas: 1, availableReplicas: 1}                    | ROLLED_OUT",
        "paused              | {replicas: 2, paused: true} | {observedGeneration: 3,"
            + " replicas: 2, availableReplicas: 2}                           | PAUSED_DEPLOYMENT",
        "paused when done    | {replicas: 1, paused: true} | {observedGeneration: 3,"
            + " replicas: 1, updatedReplicas: 1, availableReplicas: 1}       | ROLLED_OUT",
        "scaled to zero      | {replicas: 0} | {observedGeneration: 3}       | SCALED_TO_ZERO",
        "still shrinking     | {replicas: 0} | {observedGeneration: 3, replicas: 1}"
            + "                                                              | PROGRESSING"
      })
  void aDeploymentIsRolledOutWhenAllItsPodsAreNewAndServe(
      String name, String spec, String status, Reason expected) {
    assertThat(deployment(spec, status).finding(List.of()).reason()).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "settled       | {replicas: 2} | {observedGeneration: 3, replicas: 2, readyReplicas: 2,"
            + " currentRevision: b, updateRevision: b}                       | ROLLED_OUT",
        "half way      | {replicas: 2} | {observedGeneration: 3, replicas: 2, readyReplicas: 2,"
            + " updatedReplicas: 1, currentRevision: a, updateRevision: b}   | PROGRESSING",
        "not observed  | {replicas: 2} | {observedGeneration: 2, replicas: 2, readyReplicas: 2,"
            + " currentRevision: a, updateRevision: a}                       | PROGRESSING",
        "not ready     | {replicas: 2} | {observedGeneration: 3, replicas: 2, readyReplicas: 1,"
            + " currentRevision: b, updateRevision: b}                       | PROGRESSING",
        "on delete     | {replicas: 2, updateStrategy: {type: OnDelete}} |"
            + " {observedGeneration: 3, replicas: 2, readyReplicas: 2, currentRevision: a,"
            + " updateRevision: b}                                           | ON_DELETE",
        "not seen yet  | {replicas: 2, updateStrategy: {type: OnDelete}} |"
            + " {observedGeneration: 2, replicas: 2, readyReplicas: 2, currentRevision: a,"
            + " updateRevision: a}                                           | PROGRESSING",
        "to zero       | {replicas: 0} | {observedGeneration: 3, replicas: 0,"
            + " currentRevision: b, updateRevision: b}                       | SCALED_TO_ZERO"
      })
  void aStatefulSetIsRolledOutWhenAllItsPodsAreNewAndReady(
      String name, String spec, String status, Reason expected) {
    StatefulSet set =
        Yaml.read(
            "{metadata: {generation: 3}, spec: %s, status: %s}".formatted(spec, status),
            StatefulSet.class);

    assertThat(RolloutView.of(set).finding(List.of()).reason()).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "complete       | {} | {observedGeneration: 3, desiredNumberScheduled: 2,"
            + " currentNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2}"
            + "                                                              | ROLLED_OUT",
        "never looked at | {} | {currentNumberScheduled: 0, desiredNumberScheduled: 0}"
            + "                                                              | PROGRESSING",
        "not observed   | {} | {observedGeneration: 2, desiredNumberScheduled: 2,"
            + " currentNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2}"
            + "                                                              | PROGRESSING",
        "half way       | {} | {observedGeneration: 3, desiredNumberScheduled: 2,"
            + " currentNumberScheduled: 2, updatedNumberScheduled: 1, numberAvailable: 2}"
            + "                                                              | PROGRESSING",
        "not available  | {} | {observedGeneration: 3, desiredNumberScheduled: 2,"
            + " currentNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1}"
            + "                                                              | PROGRESSING",
        "a new node     | {} | {observedGeneration: 3, desiredNumberScheduled: 3,"
            + " currentNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2}"
            + "                                                              | PROGRESSING",
        "on delete      | {updateStrategy: {type: OnDelete}} | {observedGeneration: 3,"
            + " desiredNumberScheduled: 2, currentNumberScheduled: 2, numberAvailable: 2}"
            + "                                                              | ON_DELETE",
        "rolling        | {updateStrategy: {type: RollingUpdate}} | {observedGeneration: 3,"
            + " desiredNumberScheduled: 2, currentNumberScheduled: 2, numberAvailable: 2}"
            + "                                                              | PROGRESSING",
        "no node fits   | {} | {observedGeneration: 3, desiredNumberScheduled: 0}"
            + "                                                              | SCALED_TO_ZERO"
      })
  void aDaemonSetIsRolledOutWhenEachOfItsNodesHasANewPodThatServes(
      String name, String spec, String status, Reason expected) {
    DaemonSet set =
        Yaml.read(
            "{metadata: {generation: 3}, spec: %s, status: %s}".formatted(spec, status),
            DaemonSet.class);

    assertThat(RolloutView.of(set).finding(List.of()).reason()).isEqualTo(expected);
  }

  @Test
  void aCronJobWaitsForItsNextRunAndNothingOfItIsEverOnItsWay() {
    RolloutView view = cronJob("{}");

    assertThat(view.complete()).isTrue();
    assertThat(view.finding(List.of()))
        .isEqualTo(
            Finding.unknown(
                Reason.AWAITING_RUN, "the pod template takes effect with the next run"));
    assertThat(cronJob("{suspend: true}").finding(List.of()).message())
        .startsWith("the CronJob is suspended");
  }

  @Test
  void aRunThatTookTheTemplateCountsHoweverItEnded() {
    PodView ended = ofRun("nightly-1", "nightly", Instant.parse("2026-11-21T08:05:00Z"));
    PodView running = ofRun("nightly-2", "nightly", null);
    PodView starting = ofRun(starting("nightly-3"), "nightly", null);
    PodView troubled = ofRun(troubled("nightly-4", Trouble.IMAGE_PULL), "nightly", null);

    assertThat(cronJob("{}").finding(List.of(ended)).holds()).isTrue();
    assertThat(cronJob("{}").finding(List.of(running)).holds()).isTrue();
    assertThat(cronJob("{}").finding(List.of(starting)).reason()).isEqualTo(Reason.PROGRESSING);
    assertThat(cronJob("{}").finding(List.of(troubled)))
        .isEqualTo(Finding.no(Reason.IMAGE_PULL, "pod nightly-4 does not run"));
  }

  @ParameterizedTest
  @CsvSource({"CRASH_LOOP, CRASH_LOOP", "OUT_OF_MEMORY, OUT_OF_MEMORY", "IMAGE_PULL, IMAGE_PULL"})
  void aPodThatDoesNotRunIsNamedWithItsTrouble(Trouble trouble, Reason expected) {
    List<PodView> pods = List.of(healthy("checkout-a"), troubled("checkout-b", trouble));

    Finding finding =
        deployment("{replicas: 2, paused: true}", "{observedGeneration: 3}").finding(pods);

    assertThat(finding).isEqualTo(Finding.no(expected, "pod checkout-b does not run"));
  }

  @Test
  void aRolloutThatIsCompleteHasNoTroubleThatCounts() {
    assertThat(
            deployment(
                    "{replicas: 1}",
                    "{observedGeneration: 3, replicas: 1, updatedReplicas: 1, availableReplicas: 1}")
                .finding(List.of(troubled("old", Trouble.CRASH_LOOP)))
                .holds())
        .isTrue();
  }

  @Test
  void progressIsToldInNumbers() {
    assertThat(
            deployment(
                    "{replicas: 3}",
                    "{observedGeneration: 3, replicas: 4, updatedReplicas: 2, availableReplicas: 3}")
                .finding(List.of())
                .message())
        .isEqualTo("2 of 3 pods are of this revision, 3 available, 2 of former revisions left");
  }

  private static RolloutView cronJob(String spec) {
    return RolloutView.of(
        Yaml.read("{metadata: {generation: 3}, spec: %s}".formatted(spec), CronJob.class));
  }

  private static RolloutView deployment(String spec, String status) {
    return RolloutView.of(
        Yaml.read(
            "{metadata: {generation: 3}, spec: %s, status: %s}".formatted(spec, status),
            Deployment.class));
  }
}
