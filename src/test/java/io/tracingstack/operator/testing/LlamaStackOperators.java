package io.tracingstack.operator.testing;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.llamastack.ServerApi;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Stands in for the operators of LlamaStackDistributions and OGXServers: kinds without a schema,
 * and Deployments written as theirs do it: created once, from then on by forced server-side apply
 * in the name of the server.
 */
@ApplicationScoped
public class LlamaStackOperators {
  /** What the init container of a server reports whose tracing is repaired. */
  public static final String REPAIR_APPLIED =
      """
      {"version":"0.3.5","python":"3.12.9","module":"/x/tracing.py","pythonPath":"",\
      "before":{"sha256":"%s","checks":{"requests":false,"tasks":false}},\
      "after":{"sha256":"%s","checks":{"requests":true,"tasks":true}},\
      "applied":true,"reason":"Applied","message":"repaired"}"""
          .formatted("b".repeat(64), "a".repeat(64));

  private static final String DEFINITION =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata:
        name: %1$s.%2$s
      spec:
        group: %2$s
        scope: Namespaced
        names: {kind: %3$s, plural: %1$s}
        versions:
          - name: %4$s
            served: true
            storage: true
            subresources: {status: {}}
            schema:
              openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
      """;

  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: %1$s
        namespace: %2$s
        labels: {app.kubernetes.io/instance: %1$s}
        ownerReferences:
          - {apiVersion: %3$s, kind: %4$s, name: %1$s, uid: %5$s, controller: true}
      spec:
        replicas: 1
        selector: {matchLabels: {app: %1$s}}
        template:
          metadata:
            labels: {app: %1$s}
          spec:
            containers:
              - name: llama-stack
                image: %6$s
                startupProbe:
                  httpGet: {path: /v1/health, port: %7$d}
                env:
                  - {name: HF_HOME, value: /.llama}
      """;

  private final Cluster cluster;
  private final FakeApplication application;

  LlamaStackOperators(Cluster cluster, FakeApplication application) {
    this.cluster = cluster;
    this.application = application;
  }

  /** Installs a kind, and waits until it is served. */
  public void install(ServerApi api) {
    definition(api).serverSideApply();
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> servers(api, "default").list() != null);
  }

  /** Removes a kind with all its objects. */
  public void uninstall(ServerApi api) {
    definition(api).delete();
    await().atMost(Duration.ofSeconds(30)).until(() -> definition(api).get() == null);
  }

  private Resource<HasMetadata> definition(ServerApi api) {
    return cluster
        .admin()
        .resource(DEFINITION.formatted(api.plural(), api.group(), api.kind(), api.version()));
  }

  private NonNamespaceOperation<
          GenericKubernetesResource,
          GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      servers(ServerApi api, String namespace) {
    return cluster
        .admin()
        .genericKubernetesResources(
            new ResourceDefinitionContext.Builder()
                .withGroup(api.group())
                .withVersion(api.version())
                .withKind(api.kind())
                .withPlural(api.plural())
                .withNamespaced(true)
                .build())
        .inNamespace(namespace);
  }

  /** A server. */
  public Resource<GenericKubernetesResource> server(ServerApi api, String namespace, String name) {
    return servers(api, namespace).withName(name);
  }

  /** Makes a server, and its Deployment; more lines of its container may be added. */
  public void serve(ServerApi api, String namespace, String name, String... container) {
    GenericKubernetesResource server = new GenericKubernetesResource();
    server.setApiVersion(api.group() + "/" + api.version());
    server.setKind(api.kind());
    server.setMetadata(new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
    server.setAdditionalProperty("spec", Map.of("replicas", 1));
    servers(api, namespace).resource(server).create();
    create(api, namespace, name, container);
  }

  /** Makes the Deployment of a server that has none. */
  public void create(ServerApi api, String namespace, String name, String... container) {
    cluster
        .admin()
        .resource(deployment(api, namespace, name, "x/llama-stack:0.3.5", container))
        .create();
    render(api, namespace, name, "x/llama-stack:0.3.5", container);
  }

  /** Writes the Deployment once more, as its operator does at each look. */
  public void render(
      ServerApi api, String namespace, String name, String image, String... container) {
    cluster
        .admin()
        .resource(deployment(api, namespace, name, image, container))
        .fieldManager(name)
        .forceConflicts()
        .serverSideApply();
  }

  private Deployment deployment(
      ServerApi api, String namespace, String name, String image, String... container) {
    return Serialization.unmarshal(
        DEPLOYMENT.formatted(
                name,
                namespace,
                api.group() + "/" + api.version(),
                api.kind(),
                server(api, namespace, name).get().getMetadata().getUid(),
                image,
                application.port())
            + String.join("", Arrays.stream(container).map(l -> l.indent(10)).toList()),
        Deployment.class);
  }

  /** Makes a claim for one node, and lets a server's Deployment mount it. */
  public void mountClaim(String namespace, String name) {
    cluster
        .admin()
        .resource(
            """
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: %s-pvc, namespace: %s}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
            """
                .formatted(name, namespace))
        .create();
    cluster
        .admin()
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName(name)
        .edit(
            d -> {
              d.getSpec()
                  .getTemplate()
                  .getSpec()
                  .setVolumes(
                      List.of(
                          new VolumeBuilder()
                              .withName("lls-storage")
                              .withNewPersistentVolumeClaim(name + "-pvc", false)
                              .build()));
              return d;
            });
  }

  /** Sets a label of a server, or removes it when the value is null. */
  public void label(ServerApi api, String namespace, String name, String key, String value) {
    server(api, namespace, name)
        .edit(
            s -> {
              Map<String, String> labels = new HashMap<>();
              Optional.ofNullable(s.getMetadata().getLabels()).ifPresent(labels::putAll);
              labels.put(key, value);
              labels.values().removeIf(Objects::isNull);
              s.getMetadata().setLabels(labels);
              return s;
            });
  }
}
