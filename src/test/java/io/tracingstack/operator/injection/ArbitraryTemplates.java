package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Pod templates as users might write them, with the names in them that ours could meet. */
public final class ArbitraryTemplates {
  private ArbitraryTemplates() {}

  public static Arbitrary<PodTemplateSpec> templates() {
    return Combinators.combine(
            containers(1, "app", "worker", "istio-proxy", "fluent-bit", "web"),
            containers(0, "init-db", "copy", "istio-init"),
            volumes(),
            pairs("app", "app.kubernetes.io/name", "team"),
            pairs("kubectl.kubernetes.io/default-container", "prometheus.io/scrape", "note"))
        .as(
            (containers, initContainers, volumes, labels, annotations) ->
                new PodTemplateSpecBuilder()
                    .withNewMetadata()
                    .withLabels(labels)
                    .withAnnotations(annotations)
                    .endMetadata()
                    .withNewSpec()
                    .withContainers(containers)
                    .withInitContainers(initContainers)
                    .withVolumes(volumes)
                    .endSpec()
                    .build());
  }

  private static Arbitrary<List<Container>> containers(int atLeast, String... names) {
    return Combinators.combine(Arbitraries.of(names), env(), mounts(), resources(), args())
        .as(
            (name, env, mounts, resources, args) ->
                new ContainerBuilder()
                    .withName(name)
                    .withImage("registry.example.com/" + name + ":1")
                    .withEnv(env)
                    .withVolumeMounts(mounts)
                    .withResources(resources)
                    .withArgs(args)
                    .build())
        .list()
        .ofMinSize(atLeast)
        .ofMaxSize(3)
        .uniqueElements(Container::getName);
  }

  private static Arbitrary<List<EnvVar>> env() {
    Arbitrary<String> names =
        Arbitraries.of(
            "JAVA_TOOL_OPTIONS",
            "JDK_JAVA_OPTIONS",
            "OTEL_SERVICE_NAME",
            "OTEL_RESOURCE_ATTRIBUTES",
            "OTEL_PROPAGATORS",
            "OTEL_TRACES_SAMPLER",
            "OTEL_TRACES_SAMPLER_ARG",
            "OTEL_METRICS_EXPORTER",
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            "OTEL_INSTRUMENTATION_JDBC_ENABLED",
            "OTEL_TAGS",
            "TRACINGSTACK_POD_NAME",
            "PATH",
            "GREETING");
    Arbitrary<String> values =
        Arbitraries.of(
            "",
            "true",
            "-Xmx256m",
            "team=payments,tier=1",
            "$(PATH)",
            "$$(x)",
            "it's",
            "\"quoted\"",
            "a\nb",
            "http/protobuf",
            "none",
            "tracecontext,baggage",
            "ä€");
    Arbitrary<EnvVar> literal =
        Combinators.combine(names, values).as((name, value) -> new EnvVar(name, value, null));
    Arbitrary<EnvVar> fromSecret =
        names.map(
            name ->
                new EnvVarBuilder()
                    .withName(name)
                    .withNewValueFrom()
                    .withNewSecretKeyRef("key", "secret", true)
                    .endValueFrom()
                    .build());
    Arbitrary<EnvVar> fromField =
        names.map(
            name ->
                new EnvVarBuilder()
                    .withName(name)
                    .withNewValueFrom()
                    .withNewFieldRef("v1", "metadata.name")
                    .endValueFrom()
                    .build());
    return Arbitraries.oneOf(literal, fromSecret, fromField)
        .list()
        .ofMaxSize(6)
        .uniqueElements(EnvVar::getName);
  }

  private static Arbitrary<List<String>> args() {
    return Arbitraries.of(
            "serve", "--model", "org/model", "--port=8000", "--otlp-traces-endpoint", "--x", "a b")
        .list()
        .ofMaxSize(4);
  }

  private static Arbitrary<List<VolumeMount>> mounts() {
    return Combinators.combine(
            Arbitraries.of("data", "config", "tmp"),
            Arbitraries.of("/data", "/etc/app", "/tmp", "/tracingstack"),
            Arbitraries.of(true, false).injectNull(0.5))
        .as(
            (name, path, readOnly) ->
                new VolumeMountBuilder()
                    .withName(name)
                    .withMountPath(path)
                    .withReadOnly(readOnly)
                    .build())
        .list()
        .ofMaxSize(3)
        .uniqueElements(VolumeMount::getMountPath);
  }

  private static Arbitrary<List<Volume>> volumes() {
    return Arbitraries.of("data", "config", "tmp")
        .map(
            name ->
                new VolumeBuilder()
                    .withName(name)
                    .withNewConfigMap()
                    .withName(name)
                    .endConfigMap()
                    .build())
        .list()
        .ofMaxSize(3)
        .uniqueElements(Volume::getName);
  }

  private static Arbitrary<ResourceRequirements> resources() {
    return Combinators.combine(
            Arbitraries.of("0.5", "500m", "1", "2000m"), Arbitraries.of("256Mi", "1G", "268435456"))
        .as(
            (cpu, memory) ->
                new ResourceRequirementsBuilder()
                    .addToRequests("cpu", new Quantity(cpu))
                    .addToLimits("memory", new Quantity(memory))
                    .build())
        .injectNull(0.3);
  }

  private static Arbitrary<Map<String, String>> pairs(String... keys) {
    return Arbitraries.maps(
            Arbitraries.of(keys), Arbitraries.of("", "app", "worker", "checkout", "true"))
        .ofMaxSize(keys.length);
  }
}
