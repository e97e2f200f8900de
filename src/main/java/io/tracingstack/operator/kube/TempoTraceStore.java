package io.tracingstack.operator.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tracingstack.operator.stack.InstrumentationPlan;
import io.tracingstack.operator.verification.FoundTrace;
import io.tracingstack.operator.verification.TraceStore;
import io.tracingstack.operator.verification.WitnessException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads traces through Tempo's HTTP API; the paths are the same in 2.x and 3.x. */
@ApplicationScoped
public class TempoTraceStore implements TraceStore {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public Optional<FoundTrace> byId(URI base, String traceId) throws WitnessException {
    // Version 1 of the path: unknown ids are a clear 404, version 2 answers with an empty trace.
    HttpResponse<String> response = get(base.resolve("/api/traces/" + traceId));
    if (response.statusCode() == 404) {
      return Optional.empty();
    }
    JsonNode trace = body(base, response);
    List<FoundTrace.Span> spans = new ArrayList<>();
    for (JsonNode batch : trace.path("batches")) {
      JsonNode resource = batch.path("resource").path("attributes");
      for (JsonNode scope : batch.path("scopeSpans")) {
        for (JsonNode span : scope.path("spans")) {
          spans.add(
              new FoundTrace.Span(
                  attribute(resource, "service.name"),
                  span.path("name").asText(),
                  attribute(resource, InstrumentationPlan.REVISION_ATTRIBUTE),
                  podOf(resource),
                  repairOf(span.path("attributes")),
                  attribute(span.path("attributes"), "process.pid")));
        }
      }
    }
    return spans.isEmpty()
        ? Optional.empty()
        : Optional.of(new FoundTrace(traceId, List.copyOf(spans)));
  }

  @Override
  public List<String> byRevision(URI base, String revision, List<String> pods, int most)
      throws WitnessException {
    // Names of pods have no special character but the dot.
    String ofPods =
        pods.isEmpty()
            ? ""
            : " && resource.k8s.pod.name=~\"%s\""
                .formatted(String.join("|", pods).replace(".", "\\\\."));
    String query =
        "{resource.%s=\"%s\"%s}"
            .formatted(InstrumentationPlan.REVISION_ATTRIBUTE, revision, ofPods);
    HttpResponse<String> response =
        get(
            base.resolve(
                "/api/search?limit=%d&q=%s"
                    .formatted(most, URLEncoder.encode(query, StandardCharsets.UTF_8))));
    List<String> ids = new ArrayList<>();
    for (JsonNode trace : body(base, response).path("traces")) {
      String id = trace.path("traceID").asText();
      // Tempo leaves out leading zeros in search results (grafana/tempo#4967).
      ids.add("0".repeat(32 - id.length()) + id);
    }
    return ids;
  }

  private static HttpResponse<String> get(URI uri) throws WitnessException {
    try {
      return Http.get(uri);
    } catch (IOException e) {
      throw new WitnessException("the store " + e.getMessage(), e);
    }
  }

  private static JsonNode body(URI base, HttpResponse<String> response) throws WitnessException {
    if (response.statusCode() != 200) {
      throw new WitnessException(
          "the store %s answers with status %d".formatted(base, response.statusCode()));
    }
    try {
      return JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new WitnessException("the store " + base + " does not answer in JSON", e);
    }
  }

  /** A user's own resource attributes may leave the name out; the host's name is the pod's. */
  private static String podOf(JsonNode resource) {
    String name = attribute(resource, "k8s.pod.name");
    return name.isEmpty() ? attribute(resource, "host.name") : name;
  }

  /** The first span of each request to a llama-stack server says so, repaired or not. */
  private static String repairOf(JsonNode attributes) {
    String mark = attribute(attributes, "tracingstack.llamastack.patch");
    return mark.isEmpty() && attribute(attributes, "__location__").equals("server")
        ? FoundTrace.UNREPAIRED
        : mark;
  }

  private static String attribute(JsonNode attributes, String key) {
    for (JsonNode attribute : attributes) {
      if (key.equals(attribute.path("key").asText())) {
        JsonNode value = attribute.path("value");
        // A 64-bit number is a string in OTLP's JSON, too.
        return value.path("stringValue").asText(value.path("intValue").asText(""));
      }
    }
    return "";
  }
}
