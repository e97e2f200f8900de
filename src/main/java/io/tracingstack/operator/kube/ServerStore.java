package io.tracingstack.operator.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.tracingstack.operator.llamastack.CalledService;
import io.tracingstack.operator.llamastack.ServerApi;
import io.tracingstack.operator.llamastack.ServerView;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the LlamaStack servers that Deployments were made for, and what they lean on. */
@ApplicationScoped
public class ServerStore {
  private final KubernetesClient client;

  ServerStore(KubernetesClient client) {
    this.client = client;
  }

  /** The server that controls a workload; empty where none does, or where it is gone. */
  public Optional<ServerView> serverOf(HasMetadata workload) {
    return objectOf(workload).flatMap(ServerView::of);
  }

  /** The same, as it is stored. */
  public Optional<GenericKubernetesResource> objectOf(HasMetadata workload) {
    return ServerApi.ownerOf(workload)
        .flatMap(owner -> get(workload.getMetadata().getNamespace(), owner));
  }

  private Optional<GenericKubernetesResource> get(String namespace, OwnerReference owner) {
    return ServerApi.of(owner)
        .map(
            api ->
                client
                    .genericKubernetesResources(ServerWatch.context(api))
                    .inNamespace(namespace)
                    .withName(owner.getName())
                    .get())
        .filter(s -> Objects.equals(owner.getUid(), s.getMetadata().getUid()));
  }

  /** What there is of a Service; services are only listed, never read by themselves. */
  public CalledService.State stateOf(CalledService called) {
    Optional<Service> service =
        client
            .services()
            .inNamespace(called.namespace())
            .withField("metadata.name", called.name())
            .list()
            .getItems()
            .stream()
            .findFirst();
    if (service.isEmpty()) {
      return CalledService.State.MISSING;
    }
    // What such a Service stands for is elsewhere, and has no endpoints here.
    boolean serves =
        "ExternalName".equals(service.get().getSpec().getType())
            || client
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(called.namespace())
                .withLabel("kubernetes.io/service-name", called.name())
                .list()
                .getItems()
                .stream()
                .flatMap(slice -> slice.getEndpoints().stream())
                .anyMatch(ServerStore::isReady);
    return serves ? CalledService.State.SERVING : CalledService.State.WITHOUT_PODS;
  }

  /** Unknown counts as ready, as it does for whoever balances load. */
  private static boolean isReady(Endpoint endpoint) {
    return endpoint.getConditions() == null
        || !Boolean.FALSE.equals(endpoint.getConditions().getReady());
  }

  /** The keys of a ConfigMap; empty where it does not exist. */
  public Optional<Set<String>> keysOfConfigMap(String namespace, String name) {
    return Optional.ofNullable(client.configMaps().inNamespace(namespace).withName(name).get())
        .map(
            map ->
                Stream.of(map.getData(), map.getBinaryData())
                    .filter(Objects::nonNull)
                    .flatMap(data -> data.keySet().stream())
                    .collect(Collectors.toSet()));
  }

  /** All of a namespace. */
  public List<NetworkPolicy> networkPolicies(String namespace) {
    return client.network().v1().networkPolicies().inNamespace(namespace).list().getItems();
  }
}
