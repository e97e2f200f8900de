package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Reverted;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What fails because of us is put back, and what fails by itself is not blamed on us. */
@Isolated
@ClusterTest
class BlameTest {
  private final Sandbox sandbox;
  private final SharedStack stack;
  private String namespace;

  BlameTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @BeforeEach
  void serve() {
    namespace = sandbox.namespace("", Map.of());
    stack.behind(namespace, "own", "{canary: 0, maxConcurrent: 10, verifyTimeout: 3m}");
  }

  @Test
  void whatTheAgentBreaksIsPutBackAndItsServiceNeverGoesDown() throws Exception {
    // Given
    Workload healthy = App.backend(namespace, "healthy").withService().deploy();
    Workload allergic =
        App.backend(namespace, "allergic").withService().env("REFUSE_AGENTS", "true").deploy();
    Workload full =
        App.backend(namespace, "full")
            .withService()
            .memory("256Mi")
            .env("JAVA_TOOL_OPTIONS", "-XX:MaxDirectMemorySize=200m")
            .env("BALLAST_MB", "130")
            .deploy();
    Workload hasty =
        App.backend(namespace, "hasty")
            .withService()
            .env("SLOWER_WITH_AGENT_SECONDS", "40")
            .liveness(impatient())
            .deploy();
    Workload[] all = {healthy, allergic, full, hasty};
    for (Workload workload : all) {
      workload.awaitRolledOut();
    }
    String allergicBefore = allergic.template();
    String fullBefore = full.template();
    String hastyBefore = hasty.template();

    try (Visitor visitor = Visitor.of(all)) {
      // When
      for (Workload workload : all) {
        workload.label();
      }

      // Then
      assertReverted(allergic, allergicBefore, "CrashLoop");
      assertThat(reverted(allergic).evidence().exitCode()).isEqualTo(3);
      assertThat(reverted(allergic).evidence().log())
          .anyMatch(line -> line.contains("an agent is not allowed here"));
      assertReverted(full, fullBefore, "OutOfMemory");
      assertReverted(hasty, hastyBefore, "ProbeFailing");
      healthy.awaitTraced();
      for (Workload workload : all) {
        visitor.assertAlwaysUp(workload);
      }
    }
    assertThat(SharedStack.get(namespace, "own").orElseThrow().getStatus().rollout().failures())
        .isEqualTo(3);
  }

  @Test
  void whatFailedBeforeIsNotTouched() {
    // Given
    Workload broken = App.of("nonsense", namespace, "broken").deploy();
    Cluster.await("it crashes")
        .until(
            () ->
                broken.pods().get(0).getStatus().getContainerStatuses().get(0).getRestartCount()
                    >= 2);
    String before = broken.template();

    // When
    broken.label();
    broken.awaitState("WorkloadUnhealthy");

    // Then
    assertThat(broken.template()).isEqualTo(before);
  }

  @Test
  void anImageThatTheUserBreaksMeanwhileIsNotOurFault() throws Exception {
    // Given
    Workload workload = App.backend(namespace, "pushed").withService().deploy().awaitRolledOut();

    try (Visitor visitor = Visitor.of(workload)) {
      // When
      workload.label();
      Cluster.await("it is injected")
          .until(() -> workload.template().contains("tracingstack-agent"));
      setImage(workload, "localhost/tracingstack/shop:never-built");
      TracedWorkload told = workload.awaitState("WorkloadUnhealthy");

      // Then
      assertThat(told.getStatus().reverted()).isNull();
      assertThat(told.getStatus().message()).contains("ImagePull");
      visitor.assertAlwaysUp(workload);

      // When
      setImage(workload, App.NEXT_IMAGE);

      // Then
      workload.awaitTraced();
    }
  }

  @Test
  void aQuotaThatWouldRefuseTheNewPodIsSeenBefore() {
    // Given
    Workload workload = App.backend(namespace, "counted").deploy().awaitRolledOut();
    Cluster.CLIENT
        .resource(
            new ResourceQuotaBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName("pods")
                .endMetadata()
                .withNewSpec()
                .addToHard("pods", new Quantity("2"))
                .endSpec()
                .build())
        .create();
    Cluster.await("the quota is counted")
        .until(
            () ->
                Cluster.CLIENT
                    .resourceQuotas()
                    .inNamespace(namespace)
                    .withName("pods")
                    .get()
                    .getStatus()
                    .getUsed()
                    .containsKey("pods"));
    String before = workload.template();

    // When
    workload.label();
    TracedWorkload told = workload.awaitState("QuotaExceeded");

    // Then
    assertThat(told.getStatus().message()).contains("pods");
    assertThat(workload.template()).isEqualTo(before);
  }

  private static void setImage(Workload workload, String image) {
    Cluster.kubectl(
        "-n", workload.namespace(), "set", "image", workload.resource(), "app=" + image);
  }

  private static void assertReverted(Workload workload, String before, String reason) {
    workload.awaitState("Reverted");
    Reverted reverted = reverted(workload);
    assertThat(reverted.reason()).as(reverted.toString()).isEqualTo(reason);
    assertThat(reverted.counted()).isTrue();
    assertThat(reverted.recovered()).isTrue();
    assertThat(workload.template()).isEqualTo(before);
    workload.assertUntouched();
  }

  private static Reverted reverted(Workload workload) {
    return workload.tracedWorkload().orElseThrow().getStatus().reverted();
  }

  /** Ample for this application, and not for its agent. */
  private static Probe impatient() {
    return new ProbeBuilder(App.httpProbe("/healthz", "HTTP", null))
        .withInitialDelaySeconds(10)
        .withPeriodSeconds(2)
        .withFailureThreshold(5)
        .build();
  }
}
