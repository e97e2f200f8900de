package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A Deployment or StatefulSet in the cluster, and what the operator says of it. */
record Workload(String namespace, String kind, String name) {
  private static final String INIT_CONTAINER = "tracingstack-agent";

  static Workload create(HasMetadata object) {
    Cluster.CLIENT.resource(object).create();
    return new Workload(
        object.getMetadata().getNamespace(), object.getKind(), object.getMetadata().getName());
  }

  /** The name that kubectl knows it by. */
  String resource() {
    return kind.toLowerCase(Locale.ROOT) + "/" + name;
  }

  Workload label() {
    return label(Labels.INJECT + "=java");
  }

  Workload unlabel() {
    return label(Labels.INJECT + "-");
  }

  /** Changes a label, as kubectl writes it. */
  Workload label(String change) {
    Cluster.kubectl("-n", namespace, "label", "--overwrite", resource(), change);
    return this;
  }

  /** The object as the API server tells it. */
  JsonNode json() {
    return Cluster.json(
        Cluster.CLIENT.raw(
            "/apis/apps/v1/namespaces/%s/%ss/%s"
                .formatted(namespace, kind.toLowerCase(Locale.ROOT), name)));
  }

  /** The pod template's JSON, as the API server writes it. */
  String template() {
    return json().at("/spec/template").toString();
  }

  /** The value of a literal environment variable, if the template has it. */
  Optional<String> env(String variable) {
    for (JsonNode env : json().at("/spec/template/spec/containers/0/env")) {
      if (variable.equals(env.path("name").asText())) {
        return Optional.of(env.path("value").asText());
      }
    }
    return Optional.empty();
  }

  Set<String> fieldManagers() {
    return json().at("/metadata/managedFields").findValuesAsText("manager").stream()
        .collect(Collectors.toSet());
  }

  Optional<TracedWorkload> tracedWorkload() {
    return Optional.ofNullable(
        Cluster.CLIENT
            .resources(TracedWorkload.class)
            .inNamespace(namespace)
            .withName(kind.toLowerCase(Locale.ROOT) + "-" + name)
            .get());
  }

  List<Pod> pods() {
    return Cluster.CLIENT
        .pods()
        .inNamespace(namespace)
        .withLabel(App.NAME_LABEL, name)
        .list()
        .getItems()
        .stream()
        .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
        .toList();
  }

  /** Waits until every wanted pod is of the present template and serves, and no other is left. */
  Workload awaitRolledOut() {
    Cluster.await(this + " is rolled out").until(this::rolledOut);
    return this;
  }

  private boolean rolledOut() {
    JsonNode object = json();
    JsonNode status = object.path("status");
    int desired = object.at("/spec/replicas").asInt();
    String newest = status.path("updateRevision").asText();
    return status.path("observedGeneration").asLong() == object.at("/metadata/generation").asLong()
        && status.path("replicas").asInt() == desired
        && status.path("updatedReplicas").asInt() == desired
        && status.path("availableReplicas").asInt() == desired
        && newest.equals(status.path("currentRevision").asText())
        && pods().size() == desired;
  }

  /** Waits for a state, as {@code kubectl get tracedworkloads} shows it. */
  TracedWorkload awaitState(String state) {
    return Cluster.await(this + " is " + state)
        .until(() -> tracedWorkload().orElseThrow(), tw -> state.equals(tw.getStatus().state()));
  }

  /** Waits for the proof of exactly the pods that run now. */
  TracedWorkload awaitTraced() {
    return Cluster.await(this + " is Traced")
        .until(
            () -> {
              TracedWorkload tw = tracedWorkload().orElseThrow();
              return rolledOut() && provenNow(tw) ? tw : null;
            },
            tw -> tw != null);
  }

  private boolean provenNow(TracedWorkload tw) {
    List<Pod> pods = pods();
    return "Traced".equals(tw.getStatus().state())
        && !pods.isEmpty()
        && pods.stream()
            .map(p -> p.getMetadata().getLabels())
            .allMatch(
                labels ->
                    tw.getStatus().revision().equals(labels.get(Labels.REVISION))
                        && labels.containsValue(tw.getStatus().proof().templateRevision()));
  }

  /** The condition as it is now. */
  static Condition condition(TracedWorkload tw, String type) {
    return tw.getStatus().conditions().stream()
        .filter(c -> c.getType().equals(type))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no condition " + type + " in " + tw.getStatus()));
  }

  /** Waits until nothing of ours is left on the workload or beside it. */
  Workload awaitForgotten() {
    Cluster.await(this + " is forgotten").until(() -> tracedWorkload().isEmpty());
    assertUntouched();
    return this;
  }

  /** Asserts that neither the object nor its pods carry anything of ours. */
  void assertUntouched() {
    List<String> found = new ArrayList<>();
    String text = template();
    for (String ours : List.of("tracingstack", "javaagent", "OTEL_")) {
      if (text.replace("localhost/tracingstack/", "").contains(ours)) {
        found.add("'" + ours + "' in the pod template");
      }
    }
    if (fieldManagers().contains("tracingstack-inject")) {
      found.add("managedFields of tracingstack-inject");
    }
    assertThat(found).as("left on " + this).isEmpty();
    awaitRolledOut();
    for (Pod pod : pods()) {
      assertThat(pod.getMetadata().getLabels()).doesNotContainKey(Labels.REVISION);
      assertThat(pod.getSpec().getInitContainers()).isEmpty();
    }
  }

  /** Asserts that every pod answers a request. */
  Workload assertServes(String path) {
    assertThat(pods()).as("pods of " + this).isNotEmpty();
    for (Pod pod : pods()) {
      Cluster.await(pod.getMetadata().getName() + " answers " + path)
          .until(() -> Cluster.get(namespace, target(pod), path, Map.of()).status() == 200);
    }
    return this;
  }

  private static String target(Pod pod) {
    return "pods/http:" + pod.getMetadata().getName() + ":" + App.PORT;
  }

  /** Asserts that every pod has the init container's volume and the agent's option. */
  void assertInjected() {
    for (Pod pod : pods()) {
      assertThat(pod.getSpec().getInitContainers())
          .as("init containers of " + pod.getMetadata().getName())
          .extracting(c -> c.getName())
          .containsOnlyOnce(INIT_CONTAINER);
    }
  }

  /**
   * Asserts that the trace of the status is in the stack's Tempo and holds spans of the pods that
   * run now, under the revision that their label names.
   */
  void assertTraceInTempo(String stackNamespace, String stackName, TracedWorkload tw) {
    String traceId = tw.getStatus().proof().traceId();
    assertThat(traceId).as("trace id of " + this).matches("[0-9a-f]{32}");
    Map<String, String> revisionByPod =
        pods().stream()
            .collect(
                Collectors.toMap(
                    p -> p.getMetadata().getName(),
                    p -> p.getMetadata().getLabels().get(Labels.REVISION)));
    Cluster.await("Tempo has spans of %s in trace %s".formatted(this, traceId))
        .untilAsserted(
            () ->
                assertThat(SharedStack.trace(stackNamespace, stackName, traceId))
                    .filteredOn(span -> revisionByPod.containsKey(span.pod()))
                    .isNotEmpty()
                    .allSatisfy(
                        span ->
                            assertThat(span.revision())
                                .isEqualTo(revisionByPod.get(span.pod()))
                                .isEqualTo(tw.getStatus().revision())));
  }

  @Override
  public String toString() {
    return namespace + "/" + resource();
  }
}
