package io.tracingstack.operator.collector;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tracingstack.operator.stack.StackPlan;
import io.tracingstack.operator.testing.CollectorProcess;
import io.tracingstack.operator.testing.Otlp;
import io.tracingstack.operator.testing.TestStacks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Spans in the shapes that instrumentations give them go through a real collector. Whatever is
 * secret in them holds the text MARK, and that text comes out nowhere; whatever else they hold is
 * the same as before.
 */
class RedactionTest {
  private static final String MARK = "MARK";
  private static final String SPAN = "/scopeSpans/0/spans/0";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What the operator finds spans by. */
  private static final ObjectNode PROOF =
      JSON.createObjectNode()
          .put("service.name", "shop")
          .put("k8s.namespace.name", "shop")
          .put("k8s.pod.name", "shop-7c9f")
          .put("tracingstack.revision", "0123456789abcdef");

  @ParameterizedTest(name = "{0} with {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "secrets | [secrets]",
        "secrets | [secrets, genai]",
        "genai | [secrets, genai]",
        "genai | [genai]"
      })
  void nothingMarkedComesOutAndAllElseDoes(String corpus, String presets) throws IOException {
    // Given
    List<JsonNode> cases = corpus(corpus);
    try (CollectorProcess collector =
        CollectorProcess.startReadable(plan("{presets: %s}".formatted(presets)))) {
      // When
      assertThat(collector.send(request(cases)).statusCode()).isEqualTo(200);
      ArrayNode arrived = collector.awaitResourceSpans(cases.size());

      // Then
      SoftAssertions.assertSoftly(softly -> compare(cases, arrived, softly));
      assertThat(collector.log()).contains("ResourceSpans").doesNotContain(MARK);
      assertThat(collector.awaitCounts()).doesNotContain(MARK);
    }
  }

  /** Also: what users write is read by the statements as RE2 and by nothing else. */
  @Test
  void patternsOfUsersAreAppliedAsTheyAreWritten() throws IOException {
    // Given
    String redaction =
        """
        presets: []
        keys: ['^customer\\.(email|phone)$', '^k8s\\.', 'tracingstack', '"quoted"']
        values: ['\\b[A-Z]{2}\\d{20}\\b', 'shop-7c9f|0123456789abcdef', '^\\$\\{env:HOME\\}$', '\\x22\\t']
        """;
    JsonNode given =
        new YAMLMapper()
            .readTree(
                """
                - case: own patterns
                  name: transfer to DE44500105175407324931
                  status: no account DE44500105175407324931
                  resource: {k8s.cluster.name: east}
                  attributes:
                    customer.email: jane@example.com
                    customer.emails: 2
                    a "quoted" key: x
                    iban: from DE44500105175407324931.
                    home: ${env:HOME}
                    homes: ${env:HOME} $HOME $$ $1
                    tab: "\\"\\t"
                    password: kept
                    list: [a, DE44500105175407324931]
                """);
    // When
    try (CollectorProcess collector =
        CollectorProcess.startReadable(plan("{%s}".formatted(flow(redaction))))) {
      assertThat(collector.send(request(List.of(given.get(0)))).statusCode()).isEqualTo(200);
      JsonNode arrived = collector.awaitResourceSpans(1).get(0);

      // Then
      JsonNode span = arrived.at("/scopeSpans/0/spans/0");
      assertThat(span.path("name").asText()).isEqualTo("transfer to [REDACTED]");
      assertThat(span.at("/status/message").asText()).isEqualTo("no account [REDACTED]");
      assertThat(Otlp.plain(span.path("attributes")))
          .isEqualTo(
              new YAMLMapper()
                  .readTree(
                      """
                      customer.emails: 2
                      iban: from [REDACTED].
                      home: '[REDACTED]'
                      homes: ${env:HOME} $HOME $$ $1
                      tab: '[REDACTED]'
                      password: kept
                      list.0: a
                      list.1: '[REDACTED]'
                      """));
      assertThat(Otlp.plain(arrived.at("/resource/attributes"))).isEqualTo(PROOF);
    }
  }

  /** By default; a Java agent's spans keep what the presets leave them. */
  @ParameterizedTest
  @CsvSource({"Redacted, false", "Off, false", "Full, true"})
  void conversationsOfLlamaStackServersAreStoredAsTheStackSays(String content, boolean stored)
      throws IOException {
    // Given
    JsonNode given =
        new YAMLMapper()
            .readTree(
                """
                - resource: {telemetry.sdk.language: python}
                  attributes: {gen_ai.input.messages: hello, gen_ai.request.model: m}
                  events:
                    - name: gen_ai.user.message
                      attributes: {content: hello, role: user}
                - attributes: {gen_ai.input.messages: hello, gen_ai.request.model: m}
                - resource: {telemetry.sdk.language: java}
                  attributes: {gen_ai.input.messages: hello, gen_ai.request.model: m}
                """);
    StackPlan plan =
        TestStacks.plan(
            "{backend: {otlp: {endpoint: 'http://127.0.0.1', protocol: http}},"
                + " llamaStack: {content: '%s'},".formatted(content)
                + " collector: {debug: true,"
                + " redaction: {presets: [], keys: ['^telemetry\\.sdk']}}}");
    try (CollectorProcess collector = CollectorProcess.startReadable(plan)) {
      // When
      List<JsonNode> cases = List.of(given.get(0), given.get(1), given.get(2));
      assertThat(collector.send(request(cases)).statusCode()).isEqualTo(200);
      Map<String, JsonNode> arrived = new HashMap<>();
      collector
          .awaitResourceSpans(3)
          .forEach(r -> arrived.put(r.at(SPAN + "/spanId").asText(), r.at(SPAN)));

      // Then
      for (int i = 0; i < 3; i++) {
        ObjectNode attributes = Otlp.plain(arrived.get(spanId(i)).path("attributes"));
        assertThat(attributes.has("gen_ai.input.messages"))
            .as("span %d", i)
            .isEqualTo(stored || i == 2);
        assertThat(attributes.path("gen_ai.request.model").asText()).isEqualTo("m");
      }
      ObjectNode event = Otlp.plain(arrived.get(spanId(0)).at("/events/0/attributes"));
      assertThat(event.has("content")).isEqualTo(stored);
      assertThat(event.path("role").asText()).isEqualTo("user");
    }
  }

  /** A ConfigMap holds 1 MiB; the backslash is what takes the most room. */
  @Test
  void theMostThatCanBeSaidFitsIntoAConfigMap() {
    String expression = "'%s'".formatted("\\\\".repeat(128));
    String all = "[" + String.join(", ", Collections.nCopies(32, expression)) + "]";
    assertThat(
            CollectorConfig.yaml(
                    plan("{presets: [secrets, genai], keys: %s, values: %s}".formatted(all, all)))
                .length())
        .isLessThan(1_000_000);
  }

  private static String flow(String yaml) {
    return String.join(", ", yaml.trim().split("\n"));
  }

  private static void compare(List<JsonNode> cases, ArrayNode arrived, SoftAssertions softly) {
    Map<String, JsonNode> bySpanId = new HashMap<>();
    arrived.forEach(
        resource -> bySpanId.put(resource.at("/scopeSpans/0/spans/0/spanId").asText(), resource));
    for (int i = 0; i < cases.size(); i++) {
      JsonNode expected = cases.get(i);
      JsonNode resource = bySpanId.get(spanId(i));
      String name = expected.path("case").asText();
      softly.assertThat(resource).as(name).isNotNull();
      if (resource == null) {
        continue;
      }
      texts(resource).forEach(t -> softly.assertThat(t).as(name).doesNotContain(MARK));
      JsonNode span = resource.at("/scopeSpans/0/spans/0");
      ObjectNode found = Otlp.plain(resource.at("/resource/attributes"));
      PROOF
          .properties()
          .forEach(p -> softly.assertThat(found.get(p.getKey())).as(name).isEqualTo(p.getValue()));
      compare(name, expected, "resource", Otlp.plain(resource.at("/resource/attributes")), softly);
      compare(
          name,
          expected,
          "scope",
          Otlp.plain(resource.at("/scopeSpans/0/scope/attributes")),
          softly);
      compare(name, expected, "attributes", Otlp.plain(span.path("attributes")), softly);
      for (int e = 0; e < expected.path("events").size(); e++) {
        JsonNode event = span.path("events").path(e);
        JsonNode given = expected.path("events").get(e);
        compare(name, given, "attributes", Otlp.plain(event.path("attributes")), softly);
        compareText(name, given, "name", event.path("name"), softly);
      }
      compareText(name, expected, "name", span.path("name"), softly);
      compareText(name, expected, "status", span.at("/status/message"), softly);
    }
  }

  /**
   * What is unmarked, and not listed as lost, stays; what it {@code becomes}, and what it {@code
   * gains}, is exact.
   */
  private static void compare(
      String name, JsonNode given, String place, ObjectNode arrived, SoftAssertions softly) {
    List<String> lost =
        StreamSupport.stream(given.path("lost").spliterator(), false)
            .map(JsonNode::asText)
            .toList();
    given
        .path("gains")
        .path(place)
        .properties()
        .forEach(
            gained ->
                softly
                    .assertThat(arrived.path(gained.getKey()))
                    .as("%s: %s", name, gained.getKey())
                    .isEqualTo(gained.getValue()));
    given
        .path(place)
        .properties()
        .forEach(
            attribute -> {
              String key = attribute.getKey();
              JsonNode becomes = given.path("becomes").path(key);
              if (lost.contains(key)) {
                softly.assertThat(arrived.has(key)).as("%s: %s is gone", name, key).isFalse();
              } else if (!becomes.isMissingNode()) {
                softly.assertThat(arrived.path(key)).as("%s: %s", name, key).isEqualTo(becomes);
              } else if (!attribute.getValue().toString().contains(MARK)) {
                softly
                    .assertThat(arrived.path(key))
                    .as("%s: %s", name, key)
                    .isEqualTo(attribute.getValue());
              }
            });
  }

  private static List<String> texts(JsonNode tree) {
    List<String> texts = new ArrayList<>();
    if (tree.isValueNode()) {
      texts.add(tree.asText());
    }
    tree.properties().forEach(p -> texts.add(p.getKey()));
    tree.forEach(child -> texts.addAll(texts(child)));
    return texts;
  }

  private static void compareText(
      String name, JsonNode given, String place, JsonNode arrived, SoftAssertions softly) {
    if (given.has(place) && !given.path(place).asText().contains(MARK)) {
      softly.assertThat(arrived).as("%s: %s", name, place).isEqualTo(given.path(place));
    }
  }

  private static List<JsonNode> corpus(String name) throws IOException {
    List<JsonNode> cases = new ArrayList<>();
    new YAMLMapper()
        .readTree(Path.of("src/test/resources/redaction", name.trim() + ".yaml").toFile())
        .forEach(cases::add);
    assertThat(cases).isNotEmpty();
    List.copyOf(cases).forEach(together -> cases.addAll(alone(together)));
    return cases;
  }

  /** Each marked text in a span of its own, where nothing else gives a hint of it. */
  private static List<JsonNode> alone(JsonNode together) {
    List<JsonNode> cases = new ArrayList<>();
    if (together.path("together").asBoolean()) {
      return cases;
    }
    for (String place : List.of("resource", "scope", "attributes")) {
      together.path(place).properties().stream()
          .filter(attribute -> attribute.getValue().toString().contains(MARK))
          .forEach(
              attribute -> {
                ObjectNode alone = alone(together, place + " " + attribute.getKey());
                alone.putObject(place).set(attribute.getKey(), attribute.getValue());
                cases.add(alone);
              });
    }
    for (String text : List.of("name", "status")) {
      if (together.path(text).asText().contains(MARK)) {
        cases.add(alone(together, text).set(text, together.path(text)));
      }
    }
    for (JsonNode event : together.path("events")) {
      event.path("attributes").properties().stream()
          .filter(attribute -> attribute.getValue().toString().contains(MARK))
          .forEach(
              attribute -> {
                ObjectNode alone = alone(together, "event " + attribute.getKey());
                ObjectNode copy = alone.putArray("events").addObject();
                copy.set("name", event.path("name"));
                copy.putObject("attributes").set(attribute.getKey(), attribute.getValue());
                cases.add(alone);
              });
    }
    return cases;
  }

  private static ObjectNode alone(JsonNode together, String what) {
    ObjectNode alone = JSON.createObjectNode();
    alone.put("case", together.path("case").asText() + ", only " + what);
    alone.set("becomes", together.path("becomes"));
    return alone;
  }

  private static ObjectNode request(List<JsonNode> cases) {
    ObjectNode request = JSON.createObjectNode();
    ArrayNode resources = request.putArray("resourceSpans");
    for (int i = 0; i < cases.size(); i++) {
      JsonNode given = cases.get(i);
      ObjectNode resource = resources.addObject();
      resource
          .putObject("resource")
          .set(
              "attributes", Otlp.attributes(PROOF).addAll(Otlp.attributes(given.path("resource"))));
      ObjectNode scope = resource.putArray("scopeSpans").addObject();
      scope
          .putObject("scope")
          .put("name", "corpus")
          .set("attributes", Otlp.attributes(given.path("scope")));
      ObjectNode span = scope.putArray("spans").addObject();
      span.put("traceId", "0000000000000000" + spanId(i))
          .put("spanId", spanId(i))
          .put("name", given.path("name").asText("GET /"))
          .put("kind", 2)
          .put("startTimeUnixNano", "1760000000000000000")
          .put("endTimeUnixNano", "1760000000100000000")
          .set("attributes", Otlp.attributes(given.path("attributes")));
      span.putObject("status").put("message", given.path("status").asText(""));
      ArrayNode events = span.putArray("events");
      given
          .path("events")
          .forEach(
              event ->
                  events
                      .addObject()
                      .put("name", event.path("name").asText())
                      .set("attributes", Otlp.attributes(event.path("attributes"))));
    }
    return request;
  }

  private static String spanId(int index) {
    return "%016x".formatted(index + 1);
  }

  private static StackPlan plan(String redaction) {
    return TestStacks.plan(
        "{backend: {otlp: {endpoint: 'http://127.0.0.1', protocol: http}},"
            + " llamaStack: {content: Full},"
            + " collector: {debug: true, redaction: %s}}".formatted(redaction));
  }
}
