package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.tracingstack.operator.collector.CollectorObjects;
import io.tracingstack.operator.kube.ClusterWatch;
import io.tracingstack.operator.kube.ServerStore;
import io.tracingstack.operator.llamastack.CalledService;
import io.tracingstack.operator.llamastack.Egress;
import io.tracingstack.operator.llamastack.KeyReference;
import io.tracingstack.operator.llamastack.Prerequisites;
import io.tracingstack.operator.stack.CollectorPlan;
import io.tracingstack.operator.verification.PodTrouble;
import io.tracingstack.operator.verification.PodView;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Looks for what a LlamaStack server leans on. */
@ApplicationScoped
public class ServerPrerequisites {
  private final ServerStore servers;
  private final Surroundings surroundings;
  private final ClusterWatch watch;

  ServerPrerequisites(ServerStore servers, Surroundings surroundings, ClusterWatch watch) {
    this.servers = servers;
    this.surroundings = surroundings;
    this.watch = watch;
  }

  /** What does not keep a server from tracing, but may keep it from its work. */
  List<String> warnings(Subject subject) {
    String namespace = subject.namespace();
    Container container = subject.serverContainer();
    Map<CalledService, CalledService.State> services = new LinkedHashMap<>();
    CalledService.of(namespace, container).forEach(s -> services.put(s, servers.stateOf(s)));
    List<KeyReference> keys = KeyReference.of(container);
    Map<String, Set<String>> configMaps = new TreeMap<>();
    keys.stream()
        .filter(k -> !k.secret())
        .map(KeyReference::object)
        .distinct()
        .forEach(
            name ->
                servers
                    .keysOfConfigMap(namespace, name)
                    .ifPresent(found -> configMaps.put(name, found)));
    return Prerequisites.warnings(
        subject.stored().server(),
        container,
        new Prerequisites.Facts(
            services,
            configMaps,
            keys.stream().anyMatch(KeyReference::secret) ? refusals(subject) : List.of(),
            new Egress(
                servers.networkPolicies(namespace),
                namespace,
                labels(subject.stored().template().getMetadata())),
            collector(subject.stack().collector())));
  }

  private List<String> refusals(Subject subject) {
    return surroundings.podsOf(subject.stored()).stream()
        .flatMap(p -> PodView.of(p).troubles().stream())
        .filter(t -> t.kind() == PodTrouble.Kind.CONFIG_ERROR)
        .map(PodTrouble::message)
        .toList();
  }

  private Egress.Collector collector(CollectorPlan plan) {
    return new Egress.Collector(
        plan.namespace(),
        labels(watch.namespace(plan.namespace()).map(Namespace::getMetadata).orElse(null)),
        CollectorObjects.labels(plan),
        CollectorPlan.OTLP_HTTP_PORT);
  }

  private static Map<String, String> labels(ObjectMeta metadata) {
    return Optional.ofNullable(metadata).map(ObjectMeta::getLabels).orElse(Map.of());
  }
}
