package io.tracingstack.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.WorkloadRef;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.kube.WorkloadStore.Outcome;
import io.tracingstack.operator.testing.TestWorkloads;
import java.util.List;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient
class WorkloadStoreTest {
  private static final String PATH = "/apis/apps/v1/namespaces/shop/deployments/checkout";
  private static final String APPLY = PATH + "?fieldManager=tracingstack-inject";
  private static final WorkloadRef REF =
      new WorkloadRef("apps/v1", "Deployment", "checkout", "11111111-2222");
  private static final PodTemplateSpec FREE =
      TestWorkloads.template(TestWorkloads.container("app", new EnvVar("OWN", "1", null)));
  private static final PodTemplateSpec FORMER =
      new PodTemplateSpecBuilder(FREE)
          .editMetadata()
          .addToAnnotations(Labels.INJECTED, "{\"revision\": \"former\", \"env\": {}}")
          .addToLabels(Labels.REVISION, "former")
          .endMetadata()
          .build();
  private static final InjectionPlan PLAN =
      new InjectionPlan("next", List.of("app"), new PodTemplateSpec(), "");

  KubernetesMockServer server;
  KubernetesClient client;

  /** What `kubectl rollout undo` brought back belongs to kubectl, which never gives it up. */
  @Test
  void removesWhatARollbackBroughtBackBeforeItApplies() {
    // Given
    conflict();
    server.expect().get().withPath(PATH).andReturn(200, deployment(FORMER)).times(2);
    server.expect().patch().withPath(PATH).andReturn(200, deployment(FREE)).once();
    server.expect().get().withPath(PATH).andReturn(200, deployment(FREE)).always();
    server.expect().patch().withPath(APPLY).andReturn(200, deployment(FREE)).once();

    // When
    Outcome outcome = inject();

    // Then
    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
  }

  @Test
  void tellsAConflictOverWhatIsNotOurs() {
    // Given
    conflict();
    server.expect().get().withPath(PATH).andReturn(200, deployment(FREE)).always();

    // When
    Outcome outcome = inject();

    // Then
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Conflict.class,
            conflict -> assertThat(conflict.message()).isEqualTo("conflict with \"kubectl\""));
  }

  private Outcome inject() {
    return new WorkloadStore(client, new OperatorMetrics(new SimpleMeterRegistry()))
        .inject("shop", REF, WorkloadStore.Stored.of(deployment(FREE)).orElseThrow(), PLAN);
  }

  private void conflict() {
    server
        .expect()
        .patch()
        .withPath(APPLY)
        .andReturn(
            409,
            new StatusBuilder()
                .withCode(409)
                .withReason("Conflict")
                .withMessage("conflict with \"kubectl\"")
                .withNewDetails()
                .addNewCause(".spec.template", "conflict with \"kubectl\"", "FieldManagerConflict")
                .endDetails()
                .build())
        .once();
  }

  private static Deployment deployment(PodTemplateSpec template) {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName("checkout")
        .withUid(REF.uid())
        .withResourceVersion("7")
        .endMetadata()
        .withNewSpec()
        .withTemplate(template)
        .endSpec()
        .build();
  }
}
