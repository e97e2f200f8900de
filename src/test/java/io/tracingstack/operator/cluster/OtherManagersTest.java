package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

/** Others go on writing the workloads we write: both sides keep what is theirs. */
@ClusterTest
class OtherManagersTest {
  private final Sandbox sandbox;
  private final SharedStack stack;

  OtherManagersTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @Test
  void whatOthersApplyAndReplaceGoesWithOurs() {
    // Given
    String namespace = sandbox.servedBy(stack);
    Deployment original = App.backend(namespace, "gitops").labelled().deployment();
    String file = Serialization.asYaml(original);
    Workload workload = new Workload(namespace, "Deployment", "gitops");
    Cluster.kubectlWithInput(file, "apply", "-f", "-");
    workload.awaitTraced();
    String injected = workload.template();

    // When: the same file is applied again
    Cluster.kubectlWithInput(file, "apply", "-f", "-");

    // Then
    assertThat(workload.template()).isEqualTo(injected);

    // When: a changed file is applied
    String changed =
        Serialization.asYaml(
            App.backend(namespace, "gitops")
                .labelled()
                .image(App.NEXT_IMAGE)
                .env("FROM_FILE", "yes")
                .deployment());
    Cluster.kubectlWithInput(changed, "apply", "-f", "-");

    // Then
    workload.awaitTraced();
    assertThat(workload.env("FROM_FILE")).contains("yes");
    assertThat(workload.template()).contains(App.NEXT_IMAGE);

    // When: another manager applies server-side, by force
    Deployment theirs =
        App.backend(namespace, "gitops").labelled().env("FROM_MANAGER", "yes").deployment();
    Cluster.CLIENT
        .resource(theirs)
        .fieldManager("gitops-controller")
        .forceConflicts()
        .serverSideApply();

    // Then
    workload.awaitTraced();
    assertThat(workload.env("FROM_MANAGER")).contains("yes");

    // When: the object is replaced by the original file, which has nothing of ours
    Cluster.kubectlWithInput(file, "replace", "-f", "-");

    // Then
    workload.awaitTraced();
    assertThat(workload.env("FROM_MANAGER")).isEmpty();
    assertThat(workload.template()).isEqualTo(injected);
    workload.assertServes("/healthz");
  }
}
