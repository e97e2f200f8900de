package io.tracingstack.operator.journey;

import static io.tracingstack.operator.testing.TestPods.healthy;
import static io.tracingstack.operator.testing.TestPods.injected;
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
import io.tracingstack.operator.verification.CreationRefused;
import io.tracingstack.operator.verification.PodTrouble.Kind;
import io.tracingstack.operator.verification.PodView;
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
        "surging        | {updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}} |"
            + " {observedGeneration: 3, desiredNumberScheduled: 2, currentNumberScheduled: 2,"
            + " updatedNumberScheduled: 1, numberAvailable: 2}               | PROGRESSING",
        "no status      | {} | {}                                             | PROGRESSING",
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
    PodView troubled = ofRun(troubled("nightly-4", Kind.IMAGE_PULL), "nightly", null);

    assertThat(cronJob("{}").finding(List.of(ended)).holds()).isTrue();
    assertThat(cronJob("{}").finding(List.of(running)).holds()).isTrue();
    assertThat(cronJob("{}").finding(List.of(starting)).reason()).isEqualTo(Reason.PROGRESSING);
    assertThat(cronJob("{}").finding(List.of(troubled)))
        .isEqualTo(Finding.no(Reason.IMAGE_PULL, "pod nightly-4: container app has IMAGE_PULL"));
  }

  @ParameterizedTest
  @CsvSource({
    "CRASH_LOOP, CRASH_LOOP",
    "OUT_OF_MEMORY, OUT_OF_MEMORY",
    "PROBE_KILLED, PROBE_FAILING",
    "IMAGE_PULL, IMAGE_PULL",
    "CONFIG_ERROR, POD_REFUSED",
    "EVICTED, EPHEMERAL_STORAGE_TOO_TIGHT",
    "UNSCHEDULABLE, NODE_TROUBLE",
    "NODE, NODE_TROUBLE"
  })
  void aPodThatDoesNotRunIsNamedWithItsTrouble(Kind trouble, Reason expected) {
    List<PodView> pods = List.of(healthy("checkout-a"), troubled("checkout-b", trouble));

    Finding finding =
        deployment("{replicas: 2, paused: true}", "{observedGeneration: 3}").finding(pods);

    assertThat(finding)
        .isEqualTo(Finding.no(expected, "pod checkout-b: container app has " + trouble));
  }

  @Test
  void aRolloutThatIsCompleteHasNoTroubleThatCounts() {
    assertThat(COMPLETE.finding(List.of(troubled("old", Kind.CRASH_LOOP), healthy("new"))).holds())
        .isTrue();
  }

  @Test
  void countsThatPodsContradictAreOfAMomentBefore() {
    assertThat(COMPLETE.complete()).isTrue();
    assertThat(COMPLETE.finding(List.of(troubled("new", Kind.CRASH_LOOP))).reason())
        .isEqualTo(Reason.CRASH_LOOP);
    assertThat(COMPLETE.finding(List.of(starting("new"))).reason()).isEqualTo(Reason.PROGRESSING);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "two above it     | 1 | {replicas: 3, readyReplicas: 3, updatedReplicas: 2} | PARTITIONED",
        "one of two above | 1 | {replicas: 3, readyReplicas: 3, updatedReplicas: 1} | PROGRESSING",
        "one not ready    | 1 | {replicas: 3, readyReplicas: 2, updatedReplicas: 2} | PROGRESSING",
        "all are kept     | 9 | {replicas: 3, readyReplicas: 3}                     | PARTITIONED",
        "no partition     | 0 | {replicas: 3, readyReplicas: 3, updatedReplicas: 2} | PROGRESSING"
      })
  void aPartitionThatKeepsPodsBackIsTold(
      String name, int partition, String status, Reason expected) {
    StatefulSet set =
        Yaml.read(
            """
            metadata: {generation: 3}
            spec: {replicas: 3, updateStrategy: {rollingUpdate: {partition: %d}}}
            status: %s
            """
                .formatted(partition, status),
            StatefulSet.class);
    set.getStatus().setObservedGeneration(3L);
    set.getStatus().setCurrentRevision("a");
    set.getStatus().setUpdateRevision("b");

    assertThat(RolloutView.of(set).finding(List.of()).reason()).isEqualTo(expected);
  }

  @Test
  void aPartitionCountsFromTheFirstOrdinal() {
    StatefulSet set =
        Yaml.read(
            """
            metadata: {generation: 1}
            spec:
              replicas: 3
              ordinals: {start: 5}
              updateStrategy: {rollingUpdate: {partition: 7}}
            status: {observedGeneration: 1, replicas: 3, readyReplicas: 3, updatedReplicas: 1}
            """,
            StatefulSet.class);

    assertThat(RolloutView.of(set).finding(List.of()).message())
        .isEqualTo("1 of 3 pods are of this revision, the partition keeps 2");
  }

  @Test
  void podsThatCannotBeCreatedAreTold() {
    RolloutView view =
        deployment(
            "{replicas: 2}",
            "{observedGeneration: 3, replicas: 2, updatedReplicas: 0, availableReplicas: 2,"
                + " conditions: [{type: ReplicaFailure, status: 'True', reason: FailedCreate,"
                + " message: 'exceeded quota: compute', lastTransitionTime:"
                + " '2026-11-21T08:00:00Z'}]}");

    assertThat(view.finding(List.of()))
        .isEqualTo(
            Finding.no(Reason.POD_REFUSED, "no pod can be created: exceeded quota: compute"));
    assertThat(view.refused())
        .contains(
            new CreationRefused("exceeded quota: compute", Instant.parse("2026-11-21T08:00:00Z")));
  }

  @Test
  void aControllerThatHasGivenUpIsTold() {
    String conditions =
        "conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded,"
            + " message: 'it has timed out progressing.'}]";
    RolloutView view =
        deployment(
            "{replicas: 2}",
            "{observedGeneration: 3, replicas: 3, updatedReplicas: 1, availableReplicas: 2, "
                + conditions
                + "}");
    PodView running =
        injected(
            "checkout-a",
            "{containerStatuses: [{name: app, state: {running: {startedAt:"
                + " '2026-11-21T08:00:02Z'}}}, {name: side, state: {running: {startedAt:"
                + " '2026-11-21T08:00:02Z'}}}]}");

    assertThat(view.finding(List.of(running)))
        .isEqualTo(
            Finding.no(
                Reason.PROBE_FAILING,
                "pod checkout-a runs and does not become ready; it has timed out progressing."));
    assertThat(view.finding(List.of()).message()).endsWith("; it has timed out progressing.");
    assertThat(deployment("{}", "{observedGeneration: 2, " + conditions + "}").stalled())
        .as("of an earlier template")
        .isEmpty();
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

  private static final RolloutView COMPLETE = new RolloutView(true, 1, 1, 1, 1, false, false);

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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                 | false | not known yet",
        "{observedGeneration: 2, desiredNumberScheduled: 0} | false | not known yet",
        "{observedGeneration: 3, desiredNumberScheduled: 0} | true  | no pod: none is wanted",
        "{observedGeneration: 3, desiredNumberScheduled: 1} | false | 1 pod, by"
      })
  void aDaemonSetThatNobodyHasLookedAtMayRestartPods(
      String status, boolean restartsNothing, String restarts) {
    RolloutView view =
        RolloutView.of(
            Yaml.read(
                "{metadata: {generation: 3}, spec: {}, status: %s}".formatted(status),
                DaemonSet.class));
    assertThat(view.restartsNothing()).isEqualTo(restartsNothing);
    assertThat(view.restarts()).startsWith(restarts);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                             | {replicas: 2, updatedReplicas: 1, updateRevision: b}|true",
        "{}                             | {replicas: 1, updatedReplicas: 1, updateRevision: b}|true",
        "{}                             | {replicas: 2, updatedReplicas: 2, updateRevision: b}|false",
        "{updateStrategy: {type: OnDelete}, replicas: 2}"
            + "                             | {replicas: 2, updatedReplicas: 0, updateRevision: b}|false",
        "{updateStrategy: {rollingUpdate: {partition: 1}}, replicas: 2}"
            + "                             | {replicas: 2, updatedReplicas: 1, updateRevision: b}|false"
      })
  void podsAreLackingWhereNobodyElseHoldsThem(String spec, String status, boolean lacks) {
    StatefulSet set =
        Yaml.read(
            "{metadata: {generation: 3}, spec: %s, status: %s}"
                .formatted(spec.equals("{}") ? "{replicas: 2}" : spec, status),
            StatefulSet.class);
    assertThat(RolloutView.of(set).lacksPods()).isEqualTo(lacks);
  }
}
