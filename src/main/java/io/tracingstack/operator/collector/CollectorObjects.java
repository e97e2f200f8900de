package io.tracingstack.operator.collector;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.stack.BackendPlan;
import io.tracingstack.operator.stack.CollectorPlan;
import io.tracingstack.operator.stack.Hash;
import io.tracingstack.operator.stack.StackPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The Kubernetes objects of a stack's collector. */
public final class CollectorObjects {
  public static final String CONFIG_KEY = "collector.yaml";
  public static final String COMPONENT = "collector";
  private static final String CONFIG_DIRECTORY = "/conf";

  private CollectorObjects() {}

  /** Labels by which the collector's pods are selected; never change, selectors are immutable. */
  public static Map<String, String> selector(CollectorPlan plan) {
    return new TreeMap<>(
        Map.of(
            Labels.NAME,
            "opentelemetry-collector",
            Labels.INSTANCE,
            plan.instance(),
            Labels.MANAGED_BY,
            Labels.OPERATOR));
  }

  /** The configuration file. */
  public static ConfigMap configMap(StackPlan plan) {
    return new ConfigMapBuilder()
        .withMetadata(metadata(plan.collector()))
        .addToData(CONFIG_KEY, CollectorConfig.yaml(plan))
        .build();
  }

  /** The pods; a changed configuration rolls them, the collector does not reload it. */
  public static Deployment deployment(StackPlan plan) {
    CollectorPlan collector = plan.collector();
    List<Volume> volumes = new ArrayList<>();
    volumes.add(
        new VolumeBuilder()
            .withName("config")
            .withNewConfigMap()
            .withName(collector.name())
            .endConfigMap()
            .build());
    caSecret(plan)
        .ifPresent(
            ca ->
                volumes.add(
                    new VolumeBuilder()
                        .withName("backend-ca")
                        .withNewSecret()
                        .withSecretName(ca)
                        .endSecret()
                        .build()));
    return new DeploymentBuilder()
        .withMetadata(metadata(collector))
        .withNewSpec()
        .withReplicas(collector.replicas())
        .withNewSelector()
        .withMatchLabels(selector(collector))
        .endSelector()
        .withNewStrategy()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        .withMaxUnavailable(new IntOrString(0))
        .withMaxSurge(new IntOrString(1))
        .endRollingUpdate()
        .endStrategy()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels(collector))
        .addToAnnotations(Labels.CONFIG_HASH, Hash.of(CollectorConfig.yaml(plan)))
        .endMetadata()
        .withNewSpec()
        .withAutomountServiceAccountToken(false)
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .withContainers(container(plan))
        .withVolumes(volumes)
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private static Container container(StackPlan plan) {
    CollectorPlan collector = plan.collector();
    ContainerBuilder builder =
        new ContainerBuilder()
            .withName("collector")
            .withImage(collector.image())
            // Only arguments: the path of the binary differs between distributions.
            .withArgs("--config=" + CONFIG_DIRECTORY + "/" + CONFIG_KEY)
            .withEnv(environment(plan))
            .withPorts(
                port("otlp-grpc", CollectorPlan.OTLP_GRPC_PORT),
                port("otlp-http", CollectorPlan.OTLP_HTTP_PORT),
                port("span-counts", CollectorPlan.COUNTS_PORT),
                port("telemetry", CollectorPlan.TELEMETRY_PORT))
            .withResources(collector.resources())
            .withReadinessProbe(probe(2, 3))
            .withLivenessProbe(probe(10, 6))
            .withNewSecurityContext()
            .withAllowPrivilegeEscalation(false)
            .withReadOnlyRootFilesystem(true)
            .withNewCapabilities()
            .withDrop("ALL")
            .endCapabilities()
            .endSecurityContext()
            .addToVolumeMounts(
                new VolumeMountBuilder()
                    .withName("config")
                    .withMountPath(CONFIG_DIRECTORY)
                    .withReadOnly(true)
                    .build());
    if (caSecret(plan).isPresent()) {
      builder.addToVolumeMounts(
          new VolumeMountBuilder()
              .withName("backend-ca")
              .withMountPath(CollectorConfig.CA_DIRECTORY)
              .withReadOnly(true)
              .build());
    }
    return builder.build();
  }

  private static List<EnvVar> environment(StackPlan plan) {
    List<EnvVar> env = new ArrayList<>();
    env.add(
        new EnvVarBuilder()
            .withName("GOMEMLIMIT")
            .withValue(plan.collector().memoryLimitBytes() * 8 / 10 + "")
            .build());
    if (plan.backend() instanceof BackendPlan.Otlp otlp) {
      for (int i = 0; i < otlp.headers().size(); i++) {
        env.add(
            new EnvVarBuilder()
                .withName(CollectorConfig.headerVariable(i))
                .withNewValueFrom()
                .withNewSecretKeyRef()
                .withName(otlp.headers().get(i).secret().name())
                .withKey(otlp.headers().get(i).secret().key())
                .endSecretKeyRef()
                .endValueFrom()
                .build());
      }
    }
    return env;
  }

  /** The address that agents send to. */
  public static Service service(StackPlan plan) {
    CollectorPlan collector = plan.collector();
    return new ServiceBuilder()
        .withMetadata(metadata(collector))
        .withNewSpec()
        .withSelector(selector(collector))
        .withPorts(
            servicePort("otlp-grpc", CollectorPlan.OTLP_GRPC_PORT, "grpc"),
            servicePort("otlp-http", CollectorPlan.OTLP_HTTP_PORT, "http"))
        .endSpec()
        .build();
  }

  /** Keeps one pod during node drains; only with two replicas or more, else it blocks them. */
  public static PodDisruptionBudget disruptionBudget(StackPlan plan) {
    return new PodDisruptionBudgetBuilder()
        .withMetadata(metadata(plan.collector()))
        .withNewSpec()
        .withMaxUnavailable(new IntOrString(1))
        .withNewSelector()
        .withMatchLabels(selector(plan.collector()))
        .endSelector()
        .endSpec()
        .build();
  }

  private static Optional<String> caSecret(StackPlan plan) {
    return plan.backend() instanceof BackendPlan.Otlp otlp
        ? otlp.caSecret().map(ca -> ca.name())
        : Optional.empty();
  }

  /** Labels of the collector's objects, its pods among them. */
  public static Map<String, String> labels(CollectorPlan plan) {
    Map<String, String> labels = new TreeMap<>(selector(plan));
    labels.put(Labels.COMPONENT, COMPONENT);
    labels.put(Labels.PART_OF, "tracingstack");
    return labels;
  }

  private static ObjectMeta metadata(CollectorPlan plan) {
    return new ObjectMetaBuilder()
        .withName(plan.name())
        .withNamespace(plan.namespace())
        .withLabels(labels(plan))
        .build();
  }

  private static ContainerPort port(String name, int number) {
    return new ContainerPortBuilder()
        .withName(name)
        .withContainerPort(number)
        .withProtocol("TCP")
        .build();
  }

  private static ServicePort servicePort(String name, int number, String appProtocol) {
    return new ServicePortBuilder()
        .withName(name)
        .withPort(number)
        .withTargetPort(new IntOrString(name))
        .withProtocol("TCP")
        .withAppProtocol(appProtocol)
        .build();
  }

  private static Probe probe(int periodSeconds, int failures) {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath("/")
        .withPort(new IntOrString(CollectorPlan.HEALTH_PORT))
        .endHttpGet()
        .withPeriodSeconds(periodSeconds)
        .withFailureThreshold(failures)
        .build();
  }
}
