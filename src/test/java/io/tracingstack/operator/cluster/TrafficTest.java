package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a workload's probes and traffic allow to prove, and what the status says where there is
 * nothing to see. All workloads roll out together; the tests then look at one each.
 *
 * <p>A network policy that keeps the operator's request away is not tried here: the testbed's
 * network does not enforce any.
 */
@ClusterTest
class TrafficTest {
  private final Sandbox sandbox;
  private final SharedStack stack;
  private Workload tls;
  private Workload header;
  private Workload idle;
  private Workload tcp;
  private Workload silent;
  private Workload wiremock;

  TrafficTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @BeforeAll
  void workloads() {
    String namespace = sandbox.servedBy(stack);
    tls =
        App.backend(namespace, "tls")
            .env("TLS", "true")
            .tracedOnlyWhenAsked()
            .readiness(App.httpProbe("/healthz", "HTTPS", null))
            .labelled()
            .deploy();
    header =
        App.backend(namespace, "header")
            .env("REQUIRE_HEADER", "X-Probe: yes")
            .tracedOnlyWhenAsked()
            .readiness(App.httpProbe("/healthz", "HTTP", Map.entry("X-Probe", "yes")))
            .labelled()
            .deploy();
    idle = App.of("idle", namespace, "idle").readiness(null).labelled().deploy();
    tcp = App.backend(namespace, "tcp").readiness(App.tcpProbe()).labelled().deploy();
    silent = App.of("silent", namespace, "silent").labelled().deploy();
    wiremock =
        App.of("wiremock", namespace, "wiremock")
            .image("localhost/tracingstack/wiremock:3.9.1")
            .readiness(App.httpProbe("/__admin/mappings", "HTTP", null))
            .labelled()
            .deploy();
  }

  @Test
  void anHttpsProbeIsRepeatedWithTls() {
    TracedWorkload tw = tls.awaitTraced();

    assertThat(tw.getStatus().proof().witness()).isEqualTo("ProofRequest");
    tls.assertTraceInTempo(SharedStack.NAMESPACE, SharedStack.NAME, tw);
  }

  @Test
  void aProbesHeadersAreRepeated() {
    TracedWorkload tw = header.awaitTraced();

    assertThat(tw.getStatus().proof().witness()).isEqualTo("ProofRequest");
    header.assertTraceInTempo(SharedStack.NAMESPACE, SharedStack.NAME, tw);
  }

  @Test
  void noTrafficIsNoFailure() {
    TracedWorkload tw = idle.awaitState("AwaitingTraffic");

    assertThat(Reason.ofApiName(tw.getStatus().state()).group()).isEqualTo(Reason.Group.SILENT);
    assertThat(Workload.condition(tw, "Traced").getStatus()).isEqualTo("Unknown");
    assertThat(Workload.condition(tw, "AgentVerified").getStatus()).isEqualTo("True");
    idle.awaitRolledOut().assertInjected();
  }

  @Test
  void realTrafficIsEnough() {
    // Given
    tcp.awaitState("AwaitingTraffic");

    // When
    tcp.assertServes("/inventory");

    // Then
    TracedWorkload tw = tcp.awaitTraced();
    assertThat(tw.getStatus().proof().witness()).isEqualTo("StoreSearch");
    tcp.assertTraceInTempo(SharedStack.NAMESPACE, SharedStack.NAME, tw);
  }

  @Test
  void aServerThatNoAgentKnowsIsCalledThat() {
    assertUnknownLibrary(silent);
  }

  @Test
  void wireMockRelocatesItsServerOutOfTheAgentsSight() {
    assertUnknownLibrary(wiremock);
  }

  private static void assertUnknownLibrary(Workload workload) {
    TracedWorkload tw = workload.awaitState("NoInstrumentedLibrary");
    assertThat(Reason.ofApiName(tw.getStatus().state()).group()).isEqualTo(Reason.Group.SILENT);
    assertThat(Workload.condition(tw, "RolledOut").getStatus()).isEqualTo("True");
    workload.assertInjected();
  }
}
