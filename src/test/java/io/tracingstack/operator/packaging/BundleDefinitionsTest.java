package io.tracingstack.operator.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a bundle says of its kinds: definitions, descriptors, and examples that fit them. */
class BundleDefinitionsTest {
  // --- owned kinds

  @Test
  void everyDefinitionIsOwnedAndEveryOwnedKindDefined() {
    assertThat(BundleRulesTest.stream(BundleRulesTest.OWNED).map(o -> o.get("name").asText()))
        .containsExactlyInAnyOrderElementsOf(
            crds().stream().map(c -> c.at("/metadata/name").asText()).toList());
    for (JsonNode owned : BundleRulesTest.OWNED) {
      assertThat(owned.get("version")).isEqualTo(version(owned).get("name"));
      assertThat(owned.get("displayName").asText()).isNotBlank();
      assertThat(owned.get("description").asText()).isNotBlank();
      assertThat(owned.get("resources")).as("olm-crds-have-resources").isNotEmpty();
    }
  }

  @Test
  void definitionsHaveASchemaWithoutDefaults() {
    for (JsonNode crd : crds()) {
      assertThat(crd.at("/spec/versions/0/schema/openAPIV3Schema").has("properties")).isTrue();
      assertThat(crd.findValues("default"))
          .as("OLM v1 refuses an upgrade that changes a default")
          .isEmpty();
    }
  }

  @Test
  void everyFieldHasADescriptorAndEveryDescriptorAField() {
    for (JsonNode owned : BundleRulesTest.OWNED) {
      for (String part : List.of("spec", "status")) {
        Set<String> fields = new TreeSet<>();
        collectFields(Bundle.schemaAt(version(owned), part), "", fields);
        var descriptors = BundleRulesTest.stream(owned.get(part + "Descriptors")).toList();

        assertThat(descriptors.stream().map(d -> d.get("path").asText()))
            .as("%s.%s", owned.get("kind").asText(), part)
            .containsExactlyInAnyOrderElementsOf(fields);
        assertThat(descriptors)
            .allSatisfy(d -> assertThat(d.path("displayName").asText()).isNotBlank())
            .allSatisfy(d -> assertThat(d.path("description").asText()).isNotBlank());
      }
    }
  }

  @Test
  void selectDescriptorsOfferWhatTheSchemaAllows() {
    String prefix = "urn:alm:descriptor:com.tectonic.ui:select:";
    for (JsonNode owned : BundleRulesTest.OWNED) {
      for (JsonNode descriptor : owned.get("specDescriptors")) {
        List<String> offered =
            BundleRulesTest.stream(descriptor.path("x-descriptors"))
                .map(JsonNode::asText)
                .filter(x -> x.startsWith(prefix))
                .map(x -> x.substring(prefix.length()))
                .toList();
        JsonNode allowed =
            Bundle.schemaAt(version(owned), "spec." + descriptor.get("path").asText()).path("enum");
        assertThat(offered)
            .as(descriptor.get("path").asText())
            .containsExactlyInAnyOrderElementsOf(BundleRulesTest.texts(allowed));
      }
    }
  }

  // --- examples

  @Test
  void everyOwnedKindHasAnExampleThatItsSchemaAccepts() throws IOException {
    // Given
    Map<String, JsonNode> schemas = new HashMap<>();
    BundleRulesTest.OWNED.forEach(
        o ->
            schemas.put(
                o.get("kind").asText(), version(o).at("/schema/openAPIV3Schema/properties/spec")));
    JsonNode examples =
        new ObjectMapper().readTree(BundleRulesTest.ANNOTATIONS.get("alm-examples").asText());

    // When
    List<String> problems = new ArrayList<>();
    examples.forEach(
        e ->
            SchemaCheck.check(
                schemas.get(e.get("kind").asText()), e.get("spec"), "spec", problems));

    // Then
    assertThat(problems).isEmpty();
    assertThat(
            BundleRulesTest.stream(examples)
                .map(e -> e.get("kind").asText())
                .collect(Collectors.toSet()))
        .isEqualTo(schemas.keySet());
    assertThat(BundleRulesTest.stream(examples).map(e -> e.at("/metadata/name").asText()))
        .doesNotHaveDuplicates();
  }

  @Test
  void theSchemaCheckFindsMistakes() {
    // Given
    var schema =
        Bundle.schemaAt(
            version(
                BundleRulesTest.stream(BundleRulesTest.OWNED)
                    .filter(o -> o.get("kind").asText().equals("TracingStack"))
                    .findFirst()
                    .orElseThrow()),
            "spec");
    var spec =
        Bundle.parse(
            """
            backend: {otlp: {protocol: tcp}}
            collector: {replicas: many, colour: red}
            instrumentation: {samplingRatio: 2, propagators: [], java: {agentSha256: abc}}
            """);

    // When
    List<String> problems = new ArrayList<>();
    SchemaCheck.check(schema, spec, "spec", problems);

    // Then
    assertThat(problems)
        .containsExactlyInAnyOrder(
            "spec.backend.otlp: endpoint is required",
            "spec.backend.otlp.protocol: not one of the values",
            "spec.collector.replicas: not an integer",
            "spec.collector.colour: unknown",
            "spec.instrumentation.samplingRatio: out of range",
            "spec.instrumentation.propagators: out of range",
            "spec.instrumentation.java.agentSha256: does not match");
  }

  @Test
  void theFirstExampleIsWhatAConsoleOffers() throws IOException {
    var json = new ObjectMapper();

    assertThat(
            json.readTree(
                BundleRulesTest.ANNOTATIONS
                    .get("operatorframework.io/initialization-resource")
                    .asText()))
        .isEqualTo(json.readTree(BundleRulesTest.ANNOTATIONS.get("alm-examples").asText()).get(0));
  }

  // --- helpers

  /** Paths of all fields; those of lists and of types that Kubernetes defines are one field. */
  private static void collectFields(JsonNode schema, String prefix, Set<String> fields) {
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      String path = prefix + property.getKey();
      fields.add(path);
      if (!Set.of("resources", "namespaceSelector", "selector").contains(property.getKey())) {
        collectFields(property.getValue(), path + ".", fields);
      }
    }
  }

  private static List<JsonNode> crds() {
    return BundleRulesTest.FILES.keySet().stream()
        .filter(f -> f.startsWith("manifests/") && !f.equals(Bundle.CSV))
        .map(f -> Bundle.parse(BundleRulesTest.FILES.get(f)))
        .toList();
  }

  private static JsonNode version(JsonNode owned) {
    return crds().stream()
        .filter(c -> c.at("/metadata/name").equals(owned.get("name")))
        .findFirst()
        .orElseThrow()
        .at("/spec/versions/0");
  }
}
