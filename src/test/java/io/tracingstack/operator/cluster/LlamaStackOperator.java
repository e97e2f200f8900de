package io.tracingstack.operator.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Stands in for the operator of LlamaStackDistributions, of which no release can be had here. It
 * makes the Deployment of one of them and writes it as releases 0.4 to 0.9 do: created once, then
 * applied server-side, by force, in the name of the distribution; and replaced as a whole where a
 * configuration of the user's is no longer wanted.
 */
final class LlamaStackOperator {
  private static final String USER_CONFIG = "user-config";

  private final String namespace;
  private final String name;

  LlamaStackOperator(String namespace, String name) {
    this.namespace = namespace;
    this.name = name;
  }

  /** Looks at the distribution once. */
  void reconcile() {
    Deployment wanted = render();
    Deployment present =
        Cluster.CLIENT.apps().deployments().inNamespace(namespace).withName(name).get();
    if (present == null) {
      Cluster.CLIENT.resource(wanted).create();
    } else if (hasUserConfig(present) && !hasUserConfig(wanted)) {
      wanted.getMetadata().setResourceVersion(present.getMetadata().getResourceVersion());
      Cluster.CLIENT.resource(wanted).update();
    } else {
      Cluster.CLIENT.resource(wanted).fieldManager(name).forceConflicts().serverSideApply();
    }
  }

  private static boolean hasUserConfig(Deployment deployment) {
    return deployment.getSpec().getTemplate().getSpec().getVolumes().stream()
        .map(Volume::getName)
        .anyMatch(USER_CONFIG::equals);
  }

  private Deployment render() {
    GenericKubernetesResource distribution = distribution();
    Deployment deployment =
        LlamaStackServer.of(namespace, name, LlamaStackServer.V0_3_5)
            .env("HF_HOME", "/data")
            .workers(1)
            .env("LLS_PORT", String.valueOf(LlamaStackServer.PORT))
            .deployment();
    deployment
        .getMetadata()
        .setOwnerReferences(
            List.of(
                new OwnerReferenceBuilder()
                    .withApiVersion(distribution.getApiVersion())
                    .withKind(distribution.getKind())
                    .withName(name)
                    .withUid(distribution.getMetadata().getUid())
                    .withController(true)
                    .withBlockOwnerDeletion(true)
                    .build()));
    PodTemplateSpec template = deployment.getSpec().getTemplate();
    Container server = template.getSpec().getContainers().get(0);
    server.setImage(distribution.get("spec", "server", "distribution", "image"));
    userConfig(distribution).ifPresent(config -> configure(template, server, config));
    List<Map<String, String>> env = distribution.get("spec", "server", "containerSpec", "env");
    env.forEach(v -> server.getEnv().add(new EnvVar(v.get("name"), v.get("value"), null)));
    return deployment;
  }

  private static Optional<String> userConfig(GenericKubernetesResource distribution) {
    return Optional.ofNullable(distribution.get("spec", "server", "userConfig", "configMapName"));
  }

  /** The entrypoint of the image is passed over then. */
  private static void configure(PodTemplateSpec template, Container server, String configMap) {
    server.getEnv().removeIf(v -> v.getName().equals("LLAMA_STACK_CONFIG"));
    server.getEnv().add(new EnvVar("LLAMA_STACK_CONFIG", "/etc/llama-stack/run.yaml", null));
    server.setCommand(
        List.of(
            "/bin/sh",
            "-c",
            "exec uvicorn llama_stack.core.server.server:create_app --factory --host 0.0.0.0"
                + " --port \"$LLS_PORT\" --workers \"$LLS_WORKERS\""));
    server
        .getVolumeMounts()
        .add(
            new VolumeMountBuilder()
                .withName(USER_CONFIG)
                .withMountPath("/etc/llama-stack")
                .withReadOnly(true)
                .build());
    template
        .getSpec()
        .getVolumes()
        .add(
            new VolumeBuilder()
                .withName(USER_CONFIG)
                .withNewConfigMap()
                .withName(configMap)
                .endConfigMap()
                .build());
  }

  /** The distribution as it is. */
  GenericKubernetesResource distribution() {
    return Cluster.CLIENT
        .genericKubernetesResources("llamastack.io/v1alpha1", "LlamaStackDistribution")
        .inNamespace(namespace)
        .withName(name)
        .get();
  }
}
