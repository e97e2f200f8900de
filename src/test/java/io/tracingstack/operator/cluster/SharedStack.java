package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.api.v1alpha1.TracingStackSpec;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;

/**
 * One stack with a Tempo of its own for most of the tests: Tempo takes long to become ready. A
 * stack that is there before the run is used, and left.
 */
final class SharedStack implements CloseableResource {
  static final String NAMESPACE = "e2e-tracing";
  static final String NAME = "tracing";

  private final boolean ours;

  private SharedStack(boolean ours) {
    this.ours = ours;
  }

  static SharedStack start() {
    boolean ours = Cluster.CLIENT.namespaces().withName(NAMESPACE).get() == null;
    if (ours) {
      Cluster.CLIENT
          .resource(
              new NamespaceBuilder()
                  .withNewMetadata()
                  .withName(NAMESPACE)
                  .addToLabels(Sandbox.LABEL, "true")
                  .endMetadata()
                  .build())
          .create();
      create(NAMESPACE, NAME, Stacks.withConversations());
    }
    try {
      awaitReady(NAMESPACE, NAME);
    } catch (ConditionTimeoutException e) {
      Sandbox.printNamespace(NAMESPACE);
      throw e;
    }
    return new SharedStack(ours);
  }

  /** The stack's name in the consent label. */
  String ref() {
    return NAMESPACE + "." + NAME;
  }

  /** Where its Tempo takes OTLP over gRPC. */
  String tempoOtlp() {
    return "http://tempo-%s.%s.svc:4317".formatted(NAME, NAMESPACE);
  }

  /** Where its Tempo is asked, from within the cluster. */
  String tempoQuery() {
    return "http://tempo-%s.%s.svc:3200".formatted(NAME, NAMESPACE);
  }

  /** Where its collector takes OTLP over HTTP. */
  String collectorOtlp() {
    return "http://%s-collector.%s.svc:4318".formatted(NAME, NAMESPACE);
  }

  @Override
  public void close() {
    Sandbox.awaitNoneDeleting();
    if (ours) {
      Sandbox.delete(NAMESPACE);
    }
  }

  /** A stack of the test's own that sends to this one's Tempo, once it is ready. */
  void behind(String namespace, String name, String rollout) {
    create(namespace, name, Stacks.external(this, rollout));
    awaitReady(namespace, name);
  }

  static void create(String namespace, String name, TracingStackSpec spec) {
    TracingStack stack = new TracingStack();
    stack.getMetadata().setNamespace(namespace);
    stack.getMetadata().setName(name);
    stack.setSpec(spec);
    Cluster.CLIENT.resource(stack).create();
  }

  static Optional<TracingStack> get(String namespace, String name) {
    return Optional.ofNullable(
        Cluster.CLIENT.resources(TracingStack.class).inNamespace(namespace).withName(name).get());
  }

  static void awaitReady(String namespace, String name) {
    awaitCondition(namespace, name, "Ready", "True", "Ready");
  }

  static Condition awaitCondition(
      String namespace, String name, String type, String status, String reason) {
    return Cluster.await("stack %s is %s=%s %s".formatted(name, type, status, reason))
        .until(
            () ->
                get(namespace, name).orElseThrow().getStatus().conditions().stream()
                    .filter(c -> c.getType().equals(type))
                    .findFirst()
                    .orElseThrow(),
            c ->
                c.getStatus().equals(status)
                    && c.getReason().equals(reason)
                    && get(namespace, name)
                        .orElseThrow()
                        .getMetadata()
                        .getGeneration()
                        .equals(c.getObservedGeneration()));
  }

  /** A span as Tempo stores it. */
  record Span(String service, String name, String revision, String pod) {}

  /** The spans of a trace in this stack's Tempo; empty when Tempo has none. */
  List<Span> trace(String traceId) {
    return trace(NAMESPACE, NAME, traceId);
  }

  static List<Span> trace(String namespace, String name, String traceId) {
    Cluster.Answer answer = tempo(namespace, name, "/api/traces/" + traceId);
    List<Span> spans = new ArrayList<>();
    if (answer.status() != 404) {
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      for (JsonNode batch : Cluster.json(answer.body()).path("batches")) {
        JsonNode resource = batch.path("resource").path("attributes");
        for (JsonNode scope : batch.path("scopeSpans")) {
          for (JsonNode span : scope.path("spans")) {
            spans.add(
                new Span(
                    attribute(resource, "service.name"),
                    span.path("name").asText(),
                    attribute(resource, "tracingstack.revision"),
                    attribute(resource, "k8s.pod.name")));
          }
        }
      }
    }
    return spans;
  }

  /** All that Tempo returns of a trace; empty while it has none. */
  String stored(String traceId) {
    Cluster.Answer answer = tempo(NAMESPACE, NAME, "/api/traces/" + traceId);
    return answer.status() == 404 ? "" : answer.body();
  }

  /** Whether Tempo's search finds a span of this revision. */
  boolean hasRevision(String revision) {
    String query = "{resource.tracingstack.revision=\"" + revision + "\"}";
    Cluster.Answer answer =
        tempo(NAMESPACE, NAME, "/api/search?q=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
    return answer.status() == 200 && Cluster.json(answer.body()).path("traces").size() > 0;
  }

  private static Cluster.Answer tempo(String namespace, String name, String path) {
    return Cluster.get(namespace, "services/http:tempo-" + name + ":3200", path, Map.of());
  }

  private static String attribute(JsonNode attributes, String key) {
    for (JsonNode attribute : attributes) {
      if (key.equals(attribute.path("key").asText())) {
        return attribute.path("value").path("stringValue").asText();
      }
    }
    return "";
  }
}
