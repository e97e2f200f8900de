package io.tracingstack.operator.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.testing.TestPods;
import io.tracingstack.operator.verification.PodTrouble.Kind;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodViewTest {
  @Test
  void aReadyPodIsSeenWithItsRevisionAndProbe() {
    PodView view = pod("httpGet: {path: /ready, port: 8080}", READY);

    assertThat(view.name()).isEqualTo("checkout-1");
    assertThat(view.templateRevision()).isEqualTo("7d9f");
    assertThat(view.created()).isEqualTo(Instant.parse("2026-11-21T08:00:00Z"));
    assertThat(view.readySince()).contains(Instant.parse("2026-11-21T08:00:09Z"));
    assertThat(view.readinessProbe())
        .contains(new ProofTarget(false, "10.0.0.7", 8080, "/ready", Map.of()));
    assertThat(view.trouble()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "httpGet: {path: /ready, port: 8080}               | http://10.0.0.7:8080/ready",
        "httpGet: {path: /ready, port: http}               | http://10.0.0.7:9090/ready",
        "httpGet: {port: 8080}                             | http://10.0.0.7:8080/",
        "httpGet: {path: 'q?deep=1', port: 8080}           | http://10.0.0.7:8080/q?deep=1",
        "httpGet: {path: /, port: 8443, scheme: HTTPS}     | https://10.0.0.7:8443/",
        "httpGet: {path: /, port: 8080, host: shop.local}  | http://shop.local:8080/",
        "httpGet: {path: /, port: 8080, host: 'fd00::7'}   | http://[fd00::7]:8080/",
        "httpGet: {path: /, port: gone}                    |",
        "tcpSocket: {port: 8080}                           |",
        "exec: {command: ['true']}                         |"
      })
  void theProofRequestGoesWhereTheKubeletsDoes(String probe, String uri) {
    assertThat(pod(probe, READY).readinessProbe().map(ProofTarget::uri))
        .isEqualTo(Optional.ofNullable(uri));
  }

  /** LlamaStack's operators give their servers a startup probe only. */
  @ParameterizedTest
  @CsvSource({"tracingstack-repair, /v1/health", "tracingstack-agent, none"})
  void aLlamaStackServersStartupProbeWillDo(String volume, String path) {
    PodView view =
        PodView.of(
            TestPods.parse(
                """
                metadata:
                  {name: a, creationTimestamp: '2026-11-21T08:00:00Z', labels: {pod-template-hash: b}}
                spec:
                  containers:
                    - name: llama-stack
                      volumeMounts: [{name: %s, mountPath: /x}]
                      startupProbe: {httpGet: {path: /v1/health, port: 8321}}
                status: {podIP: 10.0.0.1}
                """
                    .formatted(volume)));

    assertThat(view.readinessProbe().map(ProofTarget::path).orElse("none")).isEqualTo(path);
  }

  @Test
  void headersOfTheProbeAreSentAlong() {
    PodView view =
        pod(
            "httpGet: {path: /, port: 8080, httpHeaders: [{name: Host, value: shop},"
                + " {name: X-Probe, value: '1'}]}",
            READY);

    assertThat(view.readinessProbe().orElseThrow().headers())
        .isEqualTo(Map.of("Host", "shop", "X-Probe", "1"));
  }

  @Test
  void aContainerThatIsNotOursIsNotAsked() {
    String yaml = yaml("httpGet: {port: 8080}", READY).replace("tracingstack-agent,", "data,");

    assertThat(PodView.of(TestPods.parse(yaml)).readinessProbe()).isEmpty();
  }

  @Test
  void aPodThatIsBeingDeletedIsNotReady() {
    String yaml =
        yaml("httpGet: {port: 8080}", READY)
            .replace("uid: u", "deletionTimestamp: '2026-11-21T09:00:00Z'");

    assertThat(PodView.of(TestPods.parse(yaml)).ready()).isFalse();
  }

  @Test
  void aPodWithoutStatusIsOnlyNamed() {
    PodView view = pod("httpGet: {port: 8080}", "{}");

    assertThat(view.ready()).isFalse();
    assertThat(view.readinessProbe()).isEmpty();
    assertThat(view.report()).isEmpty();
    assertThat(view.initEndedWithoutReport()).isFalse();
    assertThat(view.trouble()).isEmpty();
  }

  @Test
  void podsOfAStatefulSetCarryTheirRevisionUnderAnotherLabel() {
    String yaml =
        yaml("httpGet: {port: 8080}", READY)
            .replace("pod-template-hash", "controller-revision-hash");

    assertThat(PodView.of(TestPods.parse(yaml)).templateRevision()).isEqualTo("7d9f");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "runs      | {phase: Running, containerStatuses: [{name: app, state: {running: {}}}]} |",
        "succeeded | {phase: Succeeded, containerStatuses: [{name: log, state: {terminated:"
            + " {finishedAt: '2026-11-21T08:04:00Z'}}}, {name: app, state: {terminated:"
            + " {finishedAt: '2026-11-21T08:05:00Z'}}}]} | 2026-11-21T08:05:00Z",
        "failed    | {phase: Failed, containerStatuses: [{name: app, state: {terminated:"
            + " {finishedAt: '2026-11-21T08:05:00Z', exitCode: 1}}}]} | 2026-11-21T08:05:00Z",
        "evicted   | {phase: Failed, reason: Evicted} | 2026-11-21T08:00:00Z",
        "no status | {} |"
      })
  void aJobsPodIsOneOfARunAndItsTemplateIsKnownByTheInjectedRevision(
      String name, String status, Instant ended) {
    String yaml =
        yaml("httpGet: {port: 8080}", status)
            .replace("pod-template-hash: 7d9f", "tracingstack.io/revision: rev1")
            .replace(
                "uid: u",
                "ownerReferences: [{apiVersion: batch/v1, kind: Job, name: nightly-1, uid: j,"
                    + " controller: true}]");

    PodView view = PodView.of(TestPods.parse(yaml));

    assertThat(view.templateRevision()).isEqualTo("rev1");
    assertThat(view.run()).contains(new PodView.Run("nightly-1", Optional.ofNullable(ended)));
    assertThat(view.ended()).isEqualTo(Optional.ofNullable(ended));
  }

  @Test
  void aPodThatServesForEverEndsNoRunWhenItIsEvicted() {
    PodView view = pod("httpGet: {port: 8080}", "{phase: Failed, reason: Evicted}");

    assertThat(view.run()).isEmpty();
    assertThat(view.ended()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "backing off     | {waiting: {reason: CrashLoopBackOff}} | {terminated: {exitCode: 1}}"
            + " | CRASH_LOOP",
        "killed          | {waiting: {reason: CrashLoopBackOff}} |"
            + " {terminated: {exitCode: 137, reason: OOMKilled}} | OUT_OF_MEMORY",
        "no image        | {waiting: {reason: ImagePullBackOff}} | {} | IMAGE_PULL",
        "first pull      | {waiting: {reason: ErrImagePull}}     | {} | IMAGE_PULL",
        "bad name        | {waiting: {reason: InvalidImageName}} | {} | IMAGE_PULL",
        "just created    | {waiting: {reason: ContainerCreating}} | {} |",
        "runs after kill | {running: {}} | {terminated: {reason: OOMKilled}} |",
        "no reason       | {waiting: {}} | {} |"
      })
  void troubleIsWhatKeepsAContainerFromRunning(
      String name, String state, String lastState, Kind expected) {
    String status =
        "{podIP: 10.0.0.7, containerStatuses: [{name: app, state: %s, lastState: %s}]}"
            .formatted(state, lastState);

    assertThat(pod("httpGet: {port: 8080}", status).trouble().map(PodTrouble::kind))
        .isEqualTo(Optional.ofNullable(expected));
  }

  @Test
  void anInitContainerThatCannotBePulledIsTroubleToo() {
    String status =
        "{initContainerStatuses: [{name: tracingstack-agent, state: {waiting: {reason:"
            + " ImagePullBackOff}}}]}";

    assertThat(pod("httpGet: {port: 8080}", status).trouble())
        .map(PodTrouble::kind)
        .contains(Kind.IMAGE_PULL);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "reported   | tracingstack-agent | {terminated: {exitCode: 0, message: '{\"verified\":false,"
            + "\"installed\":\"noop\",\"later\":1}'}}                    | true  | false",
        "other text | tracingstack-agent | {terminated: {exitCode: 0, message: 'done'}} | false | true",
        "no text    | tracingstack-agent | {terminated: {exitCode: 0}}   | false | true",
        "running    | tracingstack-agent | {running: {}}                 | false | false",
        "another    | init-db            | {terminated: {exitCode: 0, message: 'done'}} | false | false"
      })
  void theReportIsOurInitContainersTerminationMessage(
      String name, String container, String state, boolean reported, boolean silent) {
    PodView view =
        pod(
            "httpGet: {port: 8080}",
            "{initContainerStatuses: [{name: %s, state: %s}]}".formatted(container, state));

    assertThat(view.report().isPresent()).isEqualTo(reported);
    assertThat(view.initEndedWithoutReport()).isEqualTo(silent);
  }

  private static final String READY =
      "{podIP: 10.0.0.7, conditions: [{type: Ready, status: 'True', lastTransitionTime:"
          + " '2026-11-21T08:00:09Z'}]}";

  private static PodView pod(String probe, String status) {
    return PodView.of(TestPods.parse(yaml(probe, status)));
  }

  private static String yaml(String probe, String status) {
    return """
    metadata:
      name: checkout-1
      uid: u
      creationTimestamp: '2026-11-21T08:00:00Z'
      labels: {pod-template-hash: 7d9f}
    spec:
      containers:
        - name: sidecar
          readinessProbe: {httpGet: {path: /sidecar, port: 15021}}
        - name: app
          ports: [{name: metrics, containerPort: 9000}, {name: http, containerPort: 9090}]
          volumeMounts: [{name: tracingstack-agent, mountPath: /tracingstack/agent}]
          readinessProbe: {%s}
    status: %s
    """
        .formatted(probe, status);
  }
}
