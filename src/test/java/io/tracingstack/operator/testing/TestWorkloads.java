package io.tracingstack.operator.testing;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.tracingstack.operator.api.v1alpha1.WorkloadRef;
import io.tracingstack.operator.injection.WorkloadView;
import java.util.Map;

/** Workloads as teams write them. */
public final class TestWorkloads {
  private TestWorkloads() {}

  public static Container container(String name, EnvVar... env) {
    return new ContainerBuilder()
        .withName(name)
        .withImage("registry.example.com/" + name + ":1")
        .withEnv(env)
        .build();
  }

  public static EnvVar env(String name, String value) {
    return new EnvVar(name, value, null);
  }

  public static EnvVar envFromSecret(String name) {
    return new EnvVarBuilder()
        .withName(name)
        .withNewValueFrom()
        .withNewSecretKeyRef("key", "secret", null)
        .endValueFrom()
        .build();
  }

  public static PodTemplateSpec template(Container... containers) {
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .addToLabels("app", "checkout")
        .endMetadata()
        .withNewSpec()
        .withContainers(containers)
        .endSpec()
        .build();
  }

  public static WorkloadView deployment(PodTemplateSpec template) {
    return deployment(Map.of(), template);
  }

  public static WorkloadView deployment(Map<String, String> annotations, PodTemplateSpec template) {
    return new WorkloadView(
        "shop",
        new WorkloadRef("apps/v1", "Deployment", "checkout", "11111111-2222"),
        annotations,
        template);
  }
}
