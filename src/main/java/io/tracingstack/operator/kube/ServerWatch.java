package io.tracingstack.operator.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.llamastack.ServerApi;
import io.tracingstack.operator.llamastack.ServerView;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Watches the servers that LlamaStack's operators serve, of each kind while the API server has it:
 * either may be absent, appear or vanish. Of each server it keeps the metadata and the version.
 */
final class ServerWatch {
  private static final String VERSION = "version";

  private final KubernetesClient client;
  private final Consumer<GenericKubernetesResource> listener;
  private final Map<ServerApi, SharedIndexInformer<GenericKubernetesResource>> servers =
      new ConcurrentHashMap<>();
  private final Map<ServerApi, SharedIndexInformer<CustomResourceDefinition>> definitions =
      new ConcurrentHashMap<>();
  private volatile boolean started;

  /**
   * @param listener told of every server that appears, changes in what matters, or vanishes
   */
  ServerWatch(KubernetesClient client, Consumer<GenericKubernetesResource> listener) {
    this.client = client;
    this.listener = listener;
  }

  /** Starts watching, and waits until it is known which kinds there are. */
  void start() {
    started = true;
    Stream.of(ServerApi.values()).forEach(api -> definitions.put(api, definition(api)));
    definitions.values().forEach(i -> i.start().toCompletableFuture().join());
  }

  /** Ends all watches. */
  synchronized void stop() {
    started = false;
    definitions.values().forEach(SharedIndexInformer::stop);
    definitions.clear();
    servers.values().forEach(SharedIndexInformer::stop);
    servers.clear();
  }

  /** Metadata of the server that an owner reference names; empty where it is not known. */
  Optional<GenericKubernetesResource> server(String namespace, OwnerReference owner) {
    return ServerApi.of(owner)
        .map(servers::get)
        .flatMap(
            i ->
                i.getStore().list().stream()
                    .filter(s -> namespace.equals(s.getMetadata().getNamespace()))
                    .filter(s -> Objects.equals(owner.getUid(), s.getMetadata().getUid()))
                    .findFirst());
  }

  /**
   * Whether all servers are known, of each kind that there is. Before, one that is not known may be
   * there all the same.
   */
  boolean isComplete() {
    return started
        && Stream.of(ServerApi.values())
            .allMatch(
                api -> {
                  SharedIndexInformer<CustomResourceDefinition> definition = definitions.get(api);
                  SharedIndexInformer<GenericKubernetesResource> known = servers.get(api);
                  return definition != null
                      && definition.hasSynced()
                      && (known == null
                          ? definition.getStore().list().stream().noneMatch(d -> isServed(d, api))
                          : known.hasSynced());
                });
  }

  /** Whether there is a server in a namespace. */
  boolean hasServers(String namespace) {
    return servers.values().stream()
        .flatMap(i -> i.getStore().list().stream())
        .anyMatch(s -> namespace.equals(s.getMetadata().getNamespace()));
  }

  private SharedIndexInformer<CustomResourceDefinition> definition(ServerApi api) {
    SharedIndexInformer<CustomResourceDefinition> informer =
        client
            .apiextensions()
            .v1()
            .customResourceDefinitions()
            .withField("metadata.name", api.crd())
            .runnableInformer(0)
            .exceptionHandler((running, problem) -> running);
    informer.addEventHandler(
        handler(
            crd -> {
              if (isServed(crd, api)) {
                follow(api);
              } else {
                leave(api);
              }
            },
            crd -> leave(api)));
    return informer;
  }

  /**
   * A definition is there before the API server serves it, at first with a status that has no
   * conditions, and a version may be switched off.
   */
  static boolean isServed(CustomResourceDefinition crd, ServerApi api) {
    boolean established =
        Optional.ofNullable(crd.getStatus())
            .map(CustomResourceDefinitionStatus::getConditions)
            .orElseGet(List::of)
            .stream()
            .anyMatch(c -> "Established".equals(c.getType()) && "True".equals(c.getStatus()));
    return established
        && crd.getSpec().getVersions().stream()
            .anyMatch(v -> v.getName().equals(api.version()) && Boolean.TRUE.equals(v.getServed()));
  }

  private synchronized void follow(ServerApi api) {
    if (!started || servers.containsKey(api)) {
      return;
    }
    SharedIndexInformer<GenericKubernetesResource> informer =
        client
            .genericKubernetesResources(context(api))
            .inAnyNamespace()
            .runnableInformer(0)
            .itemStore(new Servers())
            // Established comes a moment before the kind is served.
            .exceptionHandler((running, problem) -> true);
    informer.addEventHandler(handler(listener, listener));
    servers.put(api, informer);
    informer.start();
  }

  private void leave(ServerApi api) {
    SharedIndexInformer<GenericKubernetesResource> informer = servers.remove(api);
    if (informer != null) {
      informer.stop();
      informer.getStore().list().forEach(listener);
    }
  }

  static ResourceDefinitionContext context(ServerApi api) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(api.group())
        .withVersion(api.version())
        .withKind(api.kind())
        .withPlural(api.plural())
        .withNamespaced(true)
        .build();
  }

  private static <T extends HasMetadata> ResourceEventHandler<T> handler(
      Consumer<T> present, Consumer<T> gone) {
    return new ResourceEventHandler<>() {
      @Override
      public void onAdd(T object) {
        present.accept(object);
      }

      @Override
      public void onUpdate(T before, T now) {
        if (!(now instanceof GenericKubernetesResource server)
            || matters((GenericKubernetesResource) before, server)) {
          present.accept(now);
        }
      }

      @Override
      public void onDelete(T object, boolean finalStateUnknown) {
        gone.accept(object);
      }
    };
  }

  /** Their operators write the status of each every few seconds while it starts. */
  private static boolean matters(GenericKubernetesResource before, GenericKubernetesResource now) {
    return Stream.<Function<GenericKubernetesResource, Object>>of(
            s -> s.getMetadata().getUid(),
            s -> s.getMetadata().getGeneration(),
            s -> s.getMetadata().getLabels(),
            s -> s.getMetadata().getAnnotations(),
            s -> s.getMetadata().getDeletionTimestamp(),
            s -> s.getAdditionalProperties().get(VERSION))
        .anyMatch(part -> !Objects.equals(part.apply(before), part.apply(now)));
  }

  /** Keeps what selects a server, and what tells that more of it should be read. */
  private static final class Servers extends SlimStores.SlimStore<GenericKubernetesResource> {
    @Override
    void slim(GenericKubernetesResource server) {
      String version =
          Objects.toString(
              server.getAdditionalProperties().get(VERSION),
              ServerView.versionOf(server).orElse(""));
      server.setAdditionalProperties(Map.of(VERSION, version));
      Map<String, String> annotations = server.getMetadata().getAnnotations();
      server
          .getMetadata()
          .setAnnotations(
              annotations == null
                  ? Map.of()
                  : annotations.entrySet().stream()
                      .filter(e -> e.getKey().startsWith(Labels.DOMAIN))
                      .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }
  }
}
