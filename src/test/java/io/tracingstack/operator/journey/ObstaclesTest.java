package io.tracingstack.operator.journey;

import static io.tracingstack.operator.testing.TestPods.plain;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.testing.TestPods;
import io.tracingstack.operator.testing.Yaml;
import io.tracingstack.operator.verification.PodView;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObstaclesTest {
  private static final String CRASHES =
      "{containerStatuses: [{name: app, restartCount: 4, state: {waiting: {reason:"
          + " CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1}}}]}";
  private static final String UNREADY = "{conditions: [{type: Ready, status: 'False'}]}";

  @Test
  void aHealthyWorkloadMayBeChanged() {
    assertThat(new ObstacleFacts().find()).isEmpty();
    assertThat(new ObstacleFacts().pods(plain("checkout-1", UNREADY)).find())
        .as("a pod beside those that are wanted")
        .isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "crashes    | {waiting: {reason: CrashLoopBackOff}} | {exitCode: 1} | WORKLOAD_UNHEALTHY",
        "no image   | {waiting: {reason: ErrImagePull}}     | {}            | WORKLOAD_UNHEALTHY",
        "no Secret  | {waiting: {reason: CreateContainerConfigError}} | {}  | WORKLOAD_UNHEALTHY",
        "killed for memory half an hour ago | {running: {}} |"
            + " {reason: OOMKilled, finishedAt: '2026-11-21T08:30:00Z'} | WORKLOAD_UNHEALTHY",
        "killed for memory yesterday        | {running: {}} |"
            + " {reason: OOMKilled, finishedAt: '2026-11-20T08:30:00Z'} |",
        "ended half an hour ago             | {running: {}} |"
            + " {exitCode: 1, finishedAt: '2026-11-21T08:30:00Z'} |",
        "runs       | {running: {}} | {} |"
      })
  void whatFailsAlreadyIsNotTouched(String name, String state, String last, Reason expected) {
    String status =
        "{containerStatuses: [{name: app, restartCount: 2, state: %s, lastState: {terminated: %s}}]}"
            .formatted(state, last);

    assertThat(new ObstacleFacts().pods(plain("checkout-1", status)).find().map(Refusal::reason))
        .isEqualTo(Optional.ofNullable(expected));
  }

  /** A rolling update that makes a pod before it ends one, and what both mount. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | 0 | ReadWriteOnce                | VOLUME_DEADLOCK",
        "1 | 0 | ReadWriteOncePod             | VOLUME_DEADLOCK",
        "1 | 0 | ReadWriteOnce, ReadWriteMany |",
        "1 | 1 | ReadWriteOnce                |",
        "0 | 1 | ReadWriteOnce                |"
      })
  void aVolumeOfOneNodeMayKeepTheNewPodWaiting(
      int added, int missing, String modes, Reason expected) {
    ObstacleFacts facts = new ObstacleFacts().surge(new Surge(added, missing)).claim(modes);

    assertThat(facts.find().map(Refusal::reason)).isEqualTo(Optional.ofNullable(expected));
    assertThat(facts.accepting("VolumeDeadlock").find()).isEmpty();
  }

  @Test
  void theMessageNamesThePodAndItsTrouble() {
    assertThat(new ObstacleFacts().pods(plain("checkout-1", CRASHES)).find())
        .contains(
            new Refusal(
                Reason.WORKLOAD_UNHEALTHY,
                "pod checkout-1: container app keeps ending (exit code 1, 4 restarts)"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "paused       | {paused: true}  | {observedGeneration: 3}           | PAUSED_DEPLOYMENT",
        "paused, zero | {paused: true, replicas: 0} | {observedGeneration: 3} | PAUSED_DEPLOYMENT",
        "none wanted  | {replicas: 0}   | {observedGeneration: 3}           |",
        "not observed | {replicas: 1}   | {observedGeneration: 2, replicas: 1, updatedReplicas: 1,"
            + " availableReplicas: 1} | ROLLOUT_IN_PROGRESS",
        "one updated  | {replicas: 2}   | {observedGeneration: 3, replicas: 3, updatedReplicas: 1,"
            + " availableReplicas: 2} | ROLLOUT_IN_PROGRESS",
        "former left  | {replicas: 2}   | {observedGeneration: 3, replicas: 3, updatedReplicas: 2,"
            + " availableReplicas: 2} | ROLLOUT_IN_PROGRESS",
        "not refilled | {replicas: 2}   | {observedGeneration: 3, replicas: 2, updatedReplicas: 2,"
            + " availableReplicas: 1} | ROLLOUT_IN_PROGRESS",
        "gave up      | {replicas: 2}   | {observedGeneration: 3, replicas: 3, updatedReplicas: 1,"
            + " availableReplicas: 2, conditions: [{type: Progressing, reason:"
            + " ProgressDeadlineExceeded, message: timed out}]} | WORKLOAD_UNHEALTHY",
        "refused      | {replicas: 2}   | {observedGeneration: 3, replicas: 1, updatedReplicas: 1,"
            + " availableReplicas: 1, conditions: [{type: ReplicaFailure, status: 'True', message:"
            + " quota, lastTransitionTime: '2026-11-21T08:00:00Z'}]} | WORKLOAD_UNHEALTHY"
      })
  void aRolloutOfTheWorkloadsOwnComesFirst(
      String name, String spec, String status, Reason expected) {
    RolloutView view =
        RolloutView.of(
            Yaml.read(
                "{metadata: {generation: 3}, spec: %s, status: %s}".formatted(spec, status),
                Deployment.class));

    assertThat(new ObstacleFacts().rollout(view).find().map(Refusal::reason))
        .isEqualTo(Optional.ofNullable(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-21T08:49:59Z, WORKLOAD_UNHEALTHY",
    "2026-11-21T08:50:00Z, ROLLOUT_IN_PROGRESS"
  })
  void aPodThatIsUnreadyMayStillBeStarting(String created, Reason expected) {
    String yaml =
        """
        metadata: {name: checkout-1, creationTimestamp: '%s', labels: {app: checkout}}
        spec: {containers: [{name: app}]}
        status: %s
        """
            .formatted(created, UNREADY);

    assertThat(
            new ObstacleFacts()
                .rollout(new RolloutView(true, 2, 2, 1, 2, false, false))
                .pods(PodView.of(TestPods.parse(yaml)))
                .find()
                .map(Refusal::reason))
        .contains(expected);
  }

  @Test
  void aNodeThatFailsIsNoFaultOfTheWorkload() {
    String lost = "{conditions: [{type: Ready, status: Unknown}]}";

    assertThat(new ObstacleFacts().pods(plain("checkout-1", lost)).find()).isEmpty();
  }

  @Test
  void neitherOnDeleteNorAPartitionIsARolloutThatGoesOn() {
    RolloutView onDelete = new RolloutView(true, 2, 0, 2, 2, false, true);
    RolloutView partitioned =
        new RolloutView(
            true, 3, 1, 3, 3, false, false, 2, Optional.empty(), Optional.empty(), false);

    assertThat(new ObstacleFacts().rollout(onDelete).find()).isEmpty();
    assertThat(new ObstacleFacts().rollout(partitioned).find()).isEmpty();
  }

  @Test
  void aSuspendedCronJobTakesTheChangeWithItsNextRun() {
    CronJob suspended = Yaml.read("{spec: {suspend: true}}", CronJob.class);

    assertThat(new ObstacleFacts().rollout(RolloutView.of(suspended)).find()).isEmpty();
  }

  @Test
  void aChangeMayRideTheWorkloadsOwnRollout() {
    RolloutView halfway = new RolloutView(true, 2, 1, 1, 3, false, false);

    assertThat(new ObstacleFacts().rollout(halfway).find().map(Refusal::reason))
        .contains(Reason.ROLLOUT_IN_PROGRESS);
    assertThat(new ObstacleFacts().rollout(halfway).riding().find()).isEmpty();
    assertThat(
            new ObstacleFacts()
                .rollout(halfway)
                .pods(plain("checkout-1", CRASHES))
                .riding()
                .find()
                .map(Refusal::reason))
        .as("but none that fails")
        .contains(Reason.WORKLOAD_UNHEALTHY);
  }

  @Test
  void whatIsInAsItShouldBeHasNoObstacle() {
    ObstacleFacts facts =
        new ObstacleFacts()
            .injected()
            .pods(plain("checkout-1", CRASHES))
            .quota("{metadata: {name: q}, status: {hard: {pods: 0}, used: {pods: 2}}}");

    assertThat(facts.find()).isEmpty();
    assertThat(facts.instrumentation("{samplingRatio: 0.5}").find().map(Refusal::reason))
        .as("a change of the content")
        .contains(Reason.WORKLOAD_UNHEALTHY);
  }

  @Test
  void aLimitRangesDefaultCanBeTooTight() {
    ObstacleFacts facts =
        new ObstacleFacts().limitRange("{type: Container, default: {memory: 128Mi}}");

    assertThat(facts.find())
        .contains(
            new Refusal(
                Reason.MEMORY_TOO_TIGHT,
                "container app has a memory limit of 128Mi; a JVM with the agent needs at least 256Mi"
                    + " (the limit is a LimitRange's default)"));
    assertThat(facts.accepting("MemoryTooTight").find()).isEmpty();
    assertThat(
            new ObstacleFacts()
                .limitRange("{type: Container, default: {memory: 128Mi}}")
                .containers("[{name: app, resources: {limits: {memory: 1Gi}}}]")
                .find())
        .isEmpty();
  }

  @Test
  void probesAreAskedOnlyBeforeTheAgentIsIn() {
    String impatient =
        "[{name: app, livenessProbe: {periodSeconds: 1, failureThreshold: 4, tcpSocket: {port: 1}}}]";

    assertThat(new ObstacleFacts().containers(impatient).find().map(Refusal::reason))
        .contains(Reason.PROBE_TOO_TIGHT);
    assertThat(new ObstacleFacts().containers(impatient).accepting("ProbeTooTight").find())
        .isEmpty();
    assertThat(
            new ObstacleFacts()
                .containers(impatient)
                .injected()
                .instrumentation("{samplingRatio: 0.5}")
                .find())
        .isEmpty();
  }

  @Test
  void anAcceptedRiskDoesNotHideTheNext() {
    assertThat(
            new ObstacleFacts()
                .containers(
                    "[{name: app, livenessProbe: {failureThreshold: 1, tcpSocket: {port: 1}}}]")
                .quota("{metadata: {name: q}, status: {hard: {pods: 2}, used: {pods: 2}}}")
                .accepting("ProbeTooTight")
                .find()
                .map(Refusal::reason))
        .contains(Reason.QUOTA_EXCEEDED);
  }
}
