package io.tracingstack.operator.verification;

import static io.tracingstack.operator.testing.TestPods.injected;
import static io.tracingstack.operator.testing.TestPods.plain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tracingstack.operator.testing.TestPods;
import io.tracingstack.operator.verification.PodTrouble.Kind;
import io.tracingstack.operator.verification.PodTrouble.Part;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodTroublesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T09:00:00Z");
  private static final String LAST = "'2026-11-21T08:59:00Z'";

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "runs               | app  | 0 | {running: {}} | {} |",
        "one restart        | app  | 1 | {running: {}} | {exitCode: 1} |",
        "two restarts       | app  | 2 | {running: {}} | {exitCode: 1} | CRASH_LOOP",
        "ends well          | app  | 9 | {running: {}} | {exitCode: 0} |",
        "backs off          | app  | 1 | {waiting: {reason: CrashLoopBackOff}} | {exitCode: 0}"
            + " | CRASH_LOOP",
        "first failure      | app  | 0 | {terminated: {exitCode: 1}} | {} |",
        "third failure      | app  | 2 | {terminated: {exitCode: 1}} | {exitCode: 1} | CRASH_LOOP",
        "OOM now            | app  | 0 | {terminated: {exitCode: 137, reason: OOMKilled}} | {}"
            + " | OUT_OF_MEMORY",
        "OOM last           | app  | 1 | {running: {}} | {exitCode: 137, reason: OOMKilled}"
            + " | OUT_OF_MEMORY",
        "OOM of old         | app  | 5 | {terminated: {exitCode: 1}} |"
            + " {exitCode: 137, reason: OOMKilled} | OUT_OF_MEMORY",
        "probe, once        | app  | 1 | {running: {}} | {exitCode: 143} |",
        "probe, SIGTERM     | app  | 2 | {running: {}} | {exitCode: 143} | PROBE_KILLED",
        "probe, SIGKILL     | app  | 3 | {running: {}} | {exitCode: 137, reason: Error}"
            + " | PROBE_KILLED",
        "probe, backing off | app  | 1 | {waiting: {reason: CrashLoopBackOff}} | {exitCode: 143}"
            + " | PROBE_KILLED",
        "no probe to end it | side | 2 | {running: {}} | {exitCode: 143} | CRASH_LOOP",
        "pulls              | app  | 0 | {waiting: {reason: ImagePullBackOff}} | {} | IMAGE_PULL",
        "bad signature      | app  | 0 | {waiting: {reason: SignatureValidationFailed}} | {}"
            + " | IMAGE_PULL",
        "Secret is gone     | app  | 0 | {waiting: {reason: CreateContainerConfigError}} | {}"
            + " | CONFIG_ERROR",
        "not created        | app  | 0 | {waiting: {reason: CreateContainerError}} | {}"
            + " | CONFIG_ERROR",
        "not run            | app  | 0 | {waiting: {reason: RunContainerError}} | {}"
            + " | CONFIG_ERROR",
        "no such program    | app  | 2 | {waiting: {reason: CrashLoopBackOff}} |"
            + " {exitCode: 128, reason: StartError} | CONFIG_ERROR",
        "is created         | app  | 0 | {waiting: {reason: ContainerCreating}} | {} |"
      })
  void aContainersTroubleIsToldByItsStateAndItsLastEnd(
      String name, String container, int restarts, String state, String last, Kind expected) {
    PodView pod =
        injected("checkout-1", status("containerStatuses", container, restarts, state, last));

    assertThat(pod.troubles().stream().map(PodTrouble::kind).findFirst())
        .isEqualTo(Optional.ofNullable(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "initContainerStatuses | tracingstack-agent | OURS",
        "initContainerStatuses | init-db            | OTHERS",
        "containerStatuses     | app                | INJECTED",
        "containerStatuses     | side               | OTHERS"
      })
  void itIsSaidWhosePartItIs(String list, String container, Part expected) {
    PodTrouble trouble =
        only(
            injected(
                "checkout-1",
                status(
                    list,
                    container,
                    3,
                    "{waiting: {reason: CrashLoopBackOff}}",
                    "{exitCode: 1, finishedAt: " + LAST + "}")));

    assertThat(trouble)
        .isEqualTo(
            new PodTrouble(
                Kind.CRASH_LOOP,
                expected,
                Optional.of(container),
                Optional.of(1),
                3,
                true,
                Optional.of(Instant.parse("2026-11-21T08:59:00Z")),
                "container %s keeps ending (exit code 1, 3 restarts)".formatted(container)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{waiting: {reason: CreateContainerError, message: 'mounting tracingstack-agent: denied'}}"
            + " | {} | OURS",
        "{waiting: {reason: CrashLoopBackOff}} | {exitCode: 128, reason: StartError, message:"
            + " 'mounting tracingstack-agent: denied'} | OURS",
        "{waiting: {reason: CrashLoopBackOff}} | {exitCode: 1, message: 'Picked up"
            + " -javaagent:/tracingstack-agent'} | INJECTED"
      })
  void theKubeletsWordsTellOfOurVolumeAndTheApplicationsDoNot(
      String state, String last, Part expected) {
    assertThat(
            only(injected("checkout-1", status("containerStatuses", "app", 2, state, last))).part())
        .isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "our volume    | {phase: Failed, reason: Evicted, message: 'Usage of EmptyDir volume"
            + " \"tracingstack-agent\" exceeds the limit \"128Mi\". '} | EVICTED | OURS",
        "whole pod     | {phase: Failed, reason: Evicted, message: 'Pod ephemeral local storage"
            + " usage exceeds the total limit of containers 60Mi. '} | EVICTED | INJECTED",
        "a container   | {phase: Failed, reason: Evicted, message: 'Container side exceeded its"
            + " local ephemeral storage limit \"10Mi\". '} | EVICTED | OTHERS",
        "node is short | {phase: Failed, reason: Evicted, message: 'The node was low on resource:"
            + " memory. '} | NODE | OTHERS",
        "node had said | {phase: Failed, reason: Evicted, message: 'The node had condition:"
            + " [DiskPressure]. '} | NODE | OTHERS",
        "turned away   | {phase: Failed, reason: OutOfcpu, message: 'Pod was rejected: Node did not"
            + " have enough resource'} | NODE | OTHERS",
        "node went     | {phase: Failed, reason: Terminated, message: 'Pod was terminated in"
            + " response to imminent node shutdown.'} | NODE | OTHERS",
        "node is lost  | {reason: NodeLost} | NODE | OTHERS",
        "unknown       | {conditions: [{type: Ready, status: Unknown}]} | NODE | OTHERS",
        "Ready taken   | {conditions: [{type: Ready, status: 'False'}, {type: ContainersReady,"
            + " status: 'True'}]} | NODE | OTHERS",
        "no place      | {conditions: [{type: PodScheduled, status: 'False', message: '0/3 nodes are"
            + " available'}]} | UNSCHEDULABLE | OTHERS"
      })
  void thePodAsAWholeCanBeInTrouble(String name, String status, Kind kind, Part part) {
    PodTrouble trouble = only(injected("checkout-1", status));

    assertThat(trouble.kind()).isEqualTo(kind);
    assertThat(trouble.part()).isEqualTo(part);
    assertThat(trouble.container()).isEmpty();
  }

  /** It is the server's own image, and a Secret of its own. */
  @Test
  void whatALlamaStackServerLacksIsItsOwnersAndToldInTheKubeletsWords() {
    List<PodTrouble> troubles =
        TestPods.injected(
                "assistant-1",
                """
                {initContainerStatuses: [{name: tracingstack-repair, restartCount: 0,
                   state: {waiting: {reason: ImagePullBackOff, message: no such image}}}],
                 containerStatuses: [{name: app, restartCount: 0,
                   state: {waiting: {reason: CreateContainerConfigError,
                     message: 'secret "vllm-token" not found'}}}]}""")
            .troubles();

    assertThat(troubles)
        .extracting(PodTrouble::part, PodTrouble::message)
        .containsExactlyInAnyOrder(
            tuple(Part.OTHERS, "container tracingstack-repair: ImagePullBackOff: no such image"),
            tuple(
                Part.INJECTED,
                "container app: CreateContainerConfigError: secret \"vllm-token\" not found"));
  }

  @Test
  void aReadinessGateIsNoLostNode() {
    String yaml =
        """
        metadata: {name: a, creationTimestamp: '2026-11-21T08:00:00Z', labels: {app: a}}
        spec: {readinessGates: [{conditionType: lb}], containers: [{name: app}]}
        status:
          conditions: [{type: Ready, status: 'False'}, {type: ContainersReady, status: 'True'}]
        """;

    assertThat(PodView.of(TestPods.parse(yaml)).troubles()).isEmpty();
  }

  @Test
  void aPodWithoutUsCountsItsOwnDisk() {
    assertThat(
            only(plain(
                    "checkout-1",
                    "{phase: Failed, reason: Evicted, message: 'Pod ephemeral local storage"
                        + " usage exceeds the total limit of containers 60Mi. '}"))
                .part())
        .isEqualTo(Part.OTHERS);
  }

  @Test
  void messagesNameWhatThereIs() {
    assertThat(
            only(injected(
                    "checkout-1",
                    status(
                        "initContainerStatuses",
                        "tracingstack-agent",
                        0,
                        "{waiting: {reason: ImagePullBackOff, message: Back-off pulling x}}",
                        "{}")))
                .message())
        .isEqualTo("container tracingstack-agent: ImagePullBackOff: Back-off pulling x");
    assertThat(
            only(injected(
                    "checkout-1",
                    "{conditions: [{type: Ready, status: Unknown, lastTransitionTime:"
                        + " '2026-11-21T08:30:00Z'}]}"))
                .message())
        .isEqualTo("on node node-1: the node does not report");
  }

  @Test
  void theMostTellingTroubleComesFirst() {
    String status =
        """
        initContainerStatuses:
          - {name: tracingstack-agent, restartCount: 0, state: {waiting: {reason: ErrImagePull}}}
        containerStatuses:
          - {name: side, restartCount: 0, state: {waiting: {reason: ErrImagePull}}}
          - {name: app, restartCount: 0, state: {terminated: {exitCode: 137, reason: OOMKilled}}}
        """
            .replace("\n", "\n  ");

    assertThat(injected("checkout-1", "\n  " + status).troubles())
        .extracting(t -> t.container().orElseThrow())
        .containsExactly("tracingstack-agent", "app", "side");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "does not run   | {waiting: {reason: CrashLoopBackOff}} | 2026-11-01T00:00:00Z | true",
        "ended just now | {running: {}}                         | 2026-11-21T08:55:00Z | true",
        "got over it    | {running: {}}                         | 2026-11-21T08:45:00Z | false"
      })
  void aContainerThatRunsForLongIsOverIt(
      String name, String state, String finished, boolean matters) {
    PodTrouble trouble =
        only(
            injected(
                "checkout-1",
                status(
                    "containerStatuses",
                    "app",
                    2,
                    state,
                    "{exitCode: 1, finishedAt: '" + finished + "'}")));

    assertThat(trouble.matters(NOW)).isEqualTo(matters);
    assertThat(trouble.matters(NOW, Duration.ofHours(1))).isTrue();
  }

  @Test
  void anEvictionMattersForAWhileOnly() {
    String status =
        "{phase: Failed, reason: Evicted, message: 'Container side exceeded', conditions: [{type:"
            + " Ready, status: 'False', lastTransitionTime: '2026-11-21T08:30:00Z'}]}";

    assertThat(only(injected("checkout-1", status)).at())
        .contains(Instant.parse("2026-11-21T08:30:00Z"));
    assertThat(only(injected("checkout-1", status)).matters(NOW)).isFalse();
  }

  @Test
  void theLifeOfAPodIsSeen() {
    PodLife life =
        injected(
                "checkout-1",
                "{phase: Running, containerStatuses: [{name: app, state: {running: {startedAt:"
                    + " '2026-11-21T08:00:05Z'}}}, {name: side, state: {running: {startedAt:"
                    + " '2026-11-21T08:00:03Z'}}}], conditions: [{type: Ready, status: 'False',"
                    + " lastTransitionTime: '2026-11-21T08:40:00Z'}]}")
            .life();

    assertThat(life)
        .isEqualTo(
            new PodLife(
                Optional.of("node-1"),
                List.of("app"),
                false,
                false,
                Map.of(
                    "app", Instant.parse("2026-11-21T08:00:05Z"),
                    "side", Instant.parse("2026-11-21T08:00:03Z")),
                Optional.of(Instant.parse("2026-11-21T08:00:05Z")),
                Optional.of(Instant.parse("2026-11-21T08:40:00Z"))));
    assertThat(plain("checkout-2", "{phase: Failed}").life())
        .isEqualTo(
            new PodLife(
                Optional.of("node-1"),
                List.of(),
                false,
                true,
                Map.of(),
                Optional.empty(),
                Optional.empty()));
  }

  private static String status(
      String list, String container, int restarts, String state, String last) {
    return "{%s: [{name: %s, restartCount: %d, state: %s, lastState: %s}]}"
        .formatted(
            list,
            container,
            restarts,
            state,
            last.equals("{}") ? "{}" : "{terminated: " + last + "}");
  }

  private static PodTrouble only(PodView pod) {
    assertThat(pod.troubles()).hasSize(1);
    return pod.troubles().get(0);
  }
}
