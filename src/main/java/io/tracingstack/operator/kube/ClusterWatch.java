package io.tracingstack.operator.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.StackRef;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.injection.WorkloadKind;
import io.tracingstack.operator.llamastack.ServerApi;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the operator watches beside its own kinds, once for all reconcilers: labelled workloads, all
 * workloads of labelled namespaces that can be injected, LlamaStack servers and the Deployments
 * beside them, injected pods, namespaces, stacks.
 *
 * <p>The cache says when to look, the API server says what is there: of workloads and pods only the
 * metadata is kept, and whoever acts reads the object itself. Memory so grows with the number of
 * labelled workloads, by little, and not with the cluster.
 */
@ApplicationScoped
public class ClusterWatch {
  private final KubernetesClient client;
  private final List<Consumer<HasMetadata>> listeners = new CopyOnWriteArrayList<>();
  private final ServerWatch servers;
  private final Map<String, Map<WorkloadKind, SharedIndexInformer<? extends HasMetadata>>>
      followed = new ConcurrentHashMap<>();
  private List<SharedIndexInformer<? extends HasMetadata>> workloads = List.of();
  private SharedIndexInformer<Namespace> namespaces;
  private SharedIndexInformer<TracingStack> stacks;
  private SharedIndexInformer<Pod> pods;
  private volatile boolean started;

  ClusterWatch(KubernetesClient client) {
    this.client = client;
    this.servers = new ServerWatch(client, this::changed);
  }

  /** Calls the listener with every watched object that appears, changes or vanishes. */
  public void listen(Consumer<HasMetadata> listener) {
    listeners.add(listener);
  }

  /** Starts watching and waits until all is known; later calls return at once. */
  public synchronized void start() {
    if (started) {
      return;
    }
    stacks =
        informer(
            client.resources(TracingStack.class).inAnyNamespace(),
            new BasicItemStore<>(Cache::metaNamespaceKeyFunc));
    workloads =
        Stream.of(WorkloadKind.values())
            .<SharedIndexInformer<? extends HasMetadata>>map(kind -> labelled(kind.type()))
            .toList();
    pods =
        informer(
            client.pods().inAnyNamespace().withLabel(Labels.REVISION),
            new MetadataStore<>(Pod.class));
    namespaces = informer(client.namespaces(), new SlimStores.Namespaces());
    started = true;
    Stream.of(List.of(stacks, pods, namespaces), workloads)
        .flatMap(List::stream)
        .forEach(i -> i.start().toCompletableFuture().join());
    servers.start();
    namespaces.getStore().list().forEach(this::follow);
  }

  /** Ends all watches. */
  public synchronized void stop() {
    if (started) {
      started = false;
      Stream.of(List.of(stacks, pods, namespaces), workloads)
          .flatMap(List::stream)
          .forEach(SharedIndexInformer::stop);
      servers.stop();
      followed.values().forEach(l -> l.values().forEach(SharedIndexInformer::stop));
      followed.clear();
    }
  }

  /** All stacks, those being deleted included. */
  public List<TracingStack> stacks() {
    return stacks.getStore().list();
  }

  /** A stack, as far as it is known. */
  public Optional<TracingStack> stack(StackRef ref) {
    return Optional.ofNullable(
        stacks.getStore().getByKey(Cache.namespaceKeyFunc(ref.namespace(), ref.name())));
  }

  /** A namespace's metadata. */
  public Optional<Namespace> namespace(String name) {
    return Optional.ofNullable(namespaces.getStore().getByKey(name));
  }

  /** Metadata and version of the LlamaStack server that controls a workload, if one does. */
  public Optional<GenericKubernetesResource> server(HasMetadata workload) {
    return ServerApi.ownerOf(workload)
        .flatMap(owner -> servers.server(workload.getMetadata().getNamespace(), owner));
  }

  /**
   * Whether all is known that may select workloads of a namespace. Before, one that is not selected
   * now may be a moment later, so nothing follows from that.
   */
  public boolean isComplete(String namespace) {
    Map<WorkloadKind, SharedIndexInformer<? extends HasMetadata>> present =
        followed.getOrDefault(namespace, Map.of());
    return started
        && Stream.concat(Stream.of(stacks, namespaces), workloads.stream())
            .allMatch(SharedIndexInformer::hasSynced)
        && servers.isComplete()
        && namespace(namespace).map(this::wantedKinds).orElseGet(Set::of).stream()
            .allMatch(kind -> present.containsKey(kind) && present.get(kind).hasSynced());
  }

  /** Metadata of the workloads in a namespace that a label, theirs or another's, may select. */
  public Collection<HasMetadata> workloads(String namespace) {
    Map<String, HasMetadata> byKey = new TreeMap<>();
    Stream.concat(workloads.stream(), followed.getOrDefault(namespace, Map.of()).values().stream())
        .flatMap(i -> i.getStore().list().stream())
        .filter(w -> namespace.equals(w.getMetadata().getNamespace()))
        .forEach(w -> byKey.putIfAbsent(w.getKind() + "/" + w.getMetadata().getName(), w));
    return byKey.values();
  }

  private <T extends HasMetadata> SharedIndexInformer<T> labelled(Class<T> type) {
    return informer(
        client.resources(type).inAnyNamespace().withLabel(Labels.INJECT),
        new MetadataStore<>(type));
  }

  private <T extends HasMetadata> SharedIndexInformer<T> unlabelled(
      Class<T> type, String namespace) {
    return informer(
            client.resources(type).inNamespace(namespace).withoutLabel(Labels.INJECT),
            new MetadataStore<>(type))
        // Nobody waits for its start, so nobody else would try again.
        .exceptionHandler((running, problem) -> true);
  }

  private <T extends HasMetadata> SharedIndexInformer<T> informer(
      Informable<T> source, ItemStore<T> store) {
    SharedIndexInformer<T> informer = source.runnableInformer(0);
    informer.itemStore(store);
    // By default an answer that cannot be read would end the watch for good.
    informer.exceptionHandler((running, problem) -> running);
    informer.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(T object) {
            changed(object);
          }

          @Override
          public void onUpdate(T before, T now) {
            if (matters(before, now)) {
              changed(now);
            }
          }

          @Override
          public void onDelete(T object, boolean finalStateUnknown) {
            changed(object);
          }
        });
    return informer;
  }

  /** Namespaces and stacks touch many workloads: only changes that can matter to them are told. */
  private static boolean matters(HasMetadata before, HasMetadata now) {
    if (now instanceof Namespace) {
      return !Objects.equals(before.getMetadata().getLabels(), now.getMetadata().getLabels())
          || !Objects.equals(
              before.getMetadata().getAnnotations(), now.getMetadata().getAnnotations());
    }
    if (now instanceof TracingStack) {
      return !Objects.equals(stage(before), stage(now))
          || !Objects.equals(
              before.getMetadata().getGeneration(), now.getMetadata().getGeneration())
          || !Objects.equals(
              before.getMetadata().getDeletionTimestamp(),
              now.getMetadata().getDeletionTimestamp());
    }
    return true;
  }

  /** What waiting workloads say of themselves. */
  private static String stage(HasMetadata stack) {
    return Optional.ofNullable(((TracingStack) stack).getStatus())
        .map(s -> s.rollout())
        .map(r -> r.stage())
        .orElse("");
  }

  private void changed(HasMetadata object) {
    if (object instanceof Namespace namespace) {
      follow(namespace);
    } else if (object instanceof GenericKubernetesResource server) {
      namespace(server.getMetadata().getNamespace()).ifPresent(this::follow);
    }
    listeners.forEach(l -> l.accept(object));
  }

  /**
   * Watches all workloads of a namespace while its label selects them, and the Deployments beside
   * LlamaStack servers: which of these are selected, more than their own labels decides.
   */
  private synchronized void follow(Namespace namespace) {
    if (!started) {
      return;
    }
    String name = namespace.getMetadata().getName();
    Set<WorkloadKind> wanted = wantedKinds(namespace);
    Map<WorkloadKind, SharedIndexInformer<? extends HasMetadata>> present =
        followed.computeIfAbsent(name, n -> new ConcurrentHashMap<>());
    present.entrySet().stream()
        .filter(e -> !wanted.contains(e.getKey()))
        .forEach(e -> e.getValue().stop());
    present.keySet().retainAll(wanted);
    for (WorkloadKind kind : wanted) {
      if (!present.containsKey(kind)) {
        SharedIndexInformer<? extends HasMetadata> informer = unlabelled(kind.type(), name);
        present.put(kind, informer);
        informer.start();
      }
    }
    if (wanted.isEmpty()) {
      followed.remove(name);
    }
  }

  private Set<WorkloadKind> wantedKinds(Namespace namespace) {
    if (namespace.getMetadata().getDeletionTimestamp() != null) {
      return Set.of();
    }
    String label = orEmpty(namespace.getMetadata().getLabels()).get(Labels.INJECT);
    if (label != null
        && !Labels.INJECT_OPT_OUT.equals(label)
        && !Labels.INJECT_SERVERS.contains(label)) {
      return Stream.of(WorkloadKind.values())
          .filter(WorkloadKind::isInjectable)
          .collect(Collectors.toSet());
    }
    return servers.hasServers(namespace.getMetadata().getName())
        ? Set.of(WorkloadKind.DEPLOYMENT)
        : Set.of();
  }

  private static Map<String, String> orEmpty(Map<String, String> map) {
    return map == null ? Map.of() : map;
  }

  /** Keeps what decides whether to look at an object, and lets the rest go. */
  private static final class MetadataStore<T extends HasMetadata> extends SlimStores.SlimStore<T> {
    private final Class<T> type;

    MetadataStore(Class<T> type) {
      this.type = type;
    }

    @Override
    public T put(String key, T object) {
      WorkloadKind kind = WorkloadKind.of(object).orElseThrow();
      return super.put(key, type.cast(kind.object(object.getMetadata())));
    }

    @Override
    void slim(T object) {
      Map<String, String> annotations = orEmpty(object.getMetadata().getAnnotations());
      object
          .getMetadata()
          .setAnnotations(
              annotations.containsKey(Labels.CANARY)
                  ? Map.of(Labels.CANARY, annotations.get(Labels.CANARY))
                  : Map.of());
    }
  }
}
