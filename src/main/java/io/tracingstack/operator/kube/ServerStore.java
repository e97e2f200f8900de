package io.tracingstack.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.tracingstack.operator.llamastack.ServerApi;
import io.tracingstack.operator.llamastack.ServerView;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Objects;
import java.util.Optional;

/** Reads the LlamaStack servers that Deployments were made for, and what they lean on. */
@ApplicationScoped
public class ServerStore {
  private final KubernetesClient client;

  ServerStore(KubernetesClient client) {
    this.client = client;
  }

  /** The server that controls a workload; empty where none does, or where it is gone. */
  public Optional<ServerView> serverOf(HasMetadata workload) {
    return ServerApi.ownerOf(workload)
        .flatMap(owner -> get(workload.getMetadata().getNamespace(), owner));
  }

  private Optional<ServerView> get(String namespace, OwnerReference owner) {
    return ServerApi.of(owner)
        .map(
            api ->
                client
                    .genericKubernetesResources(ServerWatch.context(api))
                    .inNamespace(namespace)
                    .withName(owner.getName())
                    .get())
        .filter(s -> Objects.equals(owner.getUid(), s.getMetadata().getUid()))
        .flatMap(ServerView::of);
  }

  /** Whether there is a Service of this name; only listed, never read by itself. */
  public boolean serviceExists(String namespace, String name) {
    return !client
        .services()
        .inNamespace(namespace)
        .withField("metadata.name", name)
        .list()
        .getItems()
        .isEmpty();
  }
}
