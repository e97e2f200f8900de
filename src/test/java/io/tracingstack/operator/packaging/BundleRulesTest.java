package io.tracingstack.operator.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPOutputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

/**
 * What catalogues and OLM ask of a bundle, as far as files can tell: the scorecard runs as pods and
 * no validator looks at feature annotations, install modes or dependencies.
 */
class BundleRulesTest {
  private static final Map<String, String> FILES = Bundle.generate();
  private static final JsonNode CSV = Bundle.parse(FILES.get(Bundle.CSV));
  private static final JsonNode ANNOTATIONS = CSV.at("/metadata/annotations");
  private static final JsonNode SPEC = CSV.get("spec");
  private static final JsonNode OWNED = SPEC.at("/customresourcedefinitions/owned");
  private static final JsonNode DEPLOYMENT = SPEC.at("/install/spec/deployments/0");
  private static final JsonNode CONTAINER = DEPLOYMENT.at("/spec/template/spec/containers/0");

  // --- identity and size

  @Test
  void nameIsPackageAndVersionAndFitsALabel() {
    assertThat(CSV.at("/metadata/name").asText())
        .isEqualTo(Bundle.PACKAGE + ".v" + SPEC.get("version").asText())
        .matches("[a-z0-9-]+\\.v(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)")
        .hasSizeLessThanOrEqualTo(63);
  }

  @Test
  void theBundleFitsOneConfigMap() throws IOException {
    // Given
    var compressed = new ByteArrayOutputStream();

    // When
    try (var gzip = new GZIPOutputStream(compressed)) {
      for (String content : FILES.values()) {
        gzip.write(content.getBytes(StandardCharsets.UTF_8));
      }
    }

    // Then
    assertThat(compressed.size()).isLessThan((int) (0.85 * (1 << 20)));
  }

  @Test
  void onlyKindsThatOlmInstalls() {
    assertThat(
            FILES.entrySet().stream()
                .filter(e -> e.getKey().startsWith("manifests/"))
                .map(e -> Bundle.parse(e.getValue()).get("kind").asText()))
        .containsOnly("ClusterServiceVersion", "CustomResourceDefinition");
  }

  @Test
  void oneDocumentPerFile() {
    assertThat(FILES.values()).allSatisfy(c -> assertThat(c.lines()).doesNotContain("---"));
  }

  @Test
  void imageLabelsAreTheAnnotations() {
    // Given
    var annotations = Bundle.parse(FILES.get(Bundle.ANNOTATIONS)).get("annotations");

    // When
    var labels =
        FILES
            .get(Bundle.CONTAINERFILE)
            .lines()
            .filter(l -> l.startsWith("LABEL "))
            .map(l -> l.substring("LABEL ".length()))
            .toList();

    // Then
    assertThat(labels)
        .containsExactlyElementsOf(
            annotations.properties().stream()
                .map(e -> e.getKey() + "=" + e.getValue().asText())
                .toList());
  }

  @Test
  void channelSaysHowRipeItIs() {
    assertThat(Bundle.CHANNEL).matches("(candidate|fast|stable)(-.+)?");
  }

  // --- text and metadata

  @Test
  void textForCatalogues() {
    assertThat(SPEC.get("displayName").asText()).hasSizeBetween(3, 50);
    assertThat(SPEC.get("description").asText()).hasSizeGreaterThan(20);
    assertThat(SPEC.at("/provider/name").asText()).isNotBlank();
    assertThat(SPEC.get("keywords")).isNotEmpty();
    assertThat(SPEC.get("maintainers"))
        .isNotEmpty()
        .allSatisfy(m -> assertThat(m.get("name").asText()).isNotBlank())
        .allSatisfy(m -> assertThat(m.get("email").asText()).matches("\\S+@\\S+\\.\\S+"));
    assertThat(SPEC.get("links"))
        .isNotEmpty()
        .allSatisfy(l -> assertThat(l.get("name").asText()).isNotBlank())
        .allSatisfy(l -> assertThat(l.get("url").asText()).startsWith("https://"));
    assertThat(SPEC.get("maturity").asText())
        .isIn("planning", "pre-alpha", "alpha", "beta", "stable", "mature", "inactive");
    assertThat(SPEC.get("minKubeVersion").asText()).matches("1\\.\\d+\\.\\d+");
  }

  @Test
  void iconIsOneWellFormedPicture() throws Exception {
    // Given
    var icons = SPEC.get("icon");

    // When
    var picture = Base64.getDecoder().decode(icons.at("/0/base64data").asText());

    // Then
    assertThat(icons).hasSize(1);
    assertThat(icons.at("/0/mediatype").asText()).isEqualTo("image/svg+xml");
    assertThat(
            DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new java.io.ByteArrayInputStream(picture))
                .getDocumentElement()
                .getTagName())
        .isEqualTo("svg");
  }

  @Test
  void annotationsHaveValuesFromTheirLists() {
    assertThat(ANNOTATIONS.get("capabilities").asText())
        .isIn(
            "Basic Install", "Seamless Upgrades", "Full Lifecycle", "Deep Insights", "Auto Pilot");
    assertThat(ANNOTATIONS.get("categories").asText().split(","))
        .isSubsetOf("Logging & Tracing", "Monitoring", "Observability");
    for (String name :
        List.of("containerImage", "createdAt", "description", "repository", "support")) {
      assertThat(ANNOTATIONS.path(name).asText()).as(name).isNotBlank();
    }
    assertThat(ANNOTATIONS.get("operatorframework.io/suggested-namespace").asText())
        .isEqualTo(
            Bundle.read(Path.of("config/manager/namespace.yaml")).at("/metadata/name").asText());
  }

  @Test
  void everyFeatureIsAnsweredWithYesOrNo() {
    for (String feature :
        List.of(
            "disconnected",
            "fips-compliant",
            "proxy-aware",
            "tls-profiles",
            "token-auth-aws",
            "token-auth-azure",
            "token-auth-gcp",
            "cnf",
            "cni",
            "csi")) {
      assertThat(ANNOTATIONS.path("features.operators.openshift.io/" + feature).asText())
          .as(feature)
          .isIn("true", "false");
    }
  }

  @Test
  void disconnectedIsClaimedOnlyWithDigests() {
    boolean claimed =
        ANNOTATIONS.get("features.operators.openshift.io/disconnected").asText().equals("true");
    boolean pinned =
        stream(SPEC.get("relatedImages"))
            .allMatch(i -> i.get("image").asText().contains("@sha256:"));

    assertThat(!claimed || pinned).isTrue();
  }

  // --- installation

  @Test
  void installsForAllNamespacesOnly() {
    assertThat(
            stream(SPEC.get("installModes"))
                .collect(
                    Collectors.toMap(
                        m -> m.get("type").asText(), m -> m.get("supported").asBoolean())))
        .isEqualTo(
            Map.of(
                "OwnNamespace", false,
                "SingleNamespace", false,
                "MultiNamespace", false,
                "AllNamespaces", true));
  }

  @Test
  void nothingElseMustBeInstalled() {
    assertThat(SPEC.has("nativeAPIs")).as("OLM pauses an install without them").isFalse();
    assertThat(SPEC.at("/customresourcedefinitions").has("required")).isFalse();
    assertThat(SPEC.has("apiservicedefinitions")).isFalse();
    assertThat(FILES.keySet()).noneMatch(f -> f.matches(".*(dependencies|properties)\\.yaml"));
    assertThat(ANNOTATIONS.has("olm.properties")).isFalse();
    assertThat(SPEC.has("webhookdefinitions")).isFalse();
    assertThat(FILES.get(Bundle.CSV)).as("not in OLM v1").doesNotContain("OPERATOR_CONDITION");
  }

  @Test
  void everyImageIsARelatedImage() {
    // Given
    var images =
        stream(SPEC.get("relatedImages"))
            .collect(Collectors.toMap(i -> i.get("image").asText(), i -> i.get("name").asText()));

    // When
    var used =
        Stream.concat(
                Stream.of(CONTAINER.get("image")),
                stream(CONTAINER.get("env"))
                    .filter(e -> e.get("name").asText().contains("IMAGE"))
                    .map(e -> e.get("value")))
            .map(JsonNode::asText)
            .toList();

    // Then
    assertThat(used).hasSizeGreaterThan(1).containsExactlyInAnyOrderElementsOf(images.keySet());
    assertThat(ANNOTATIONS.get("containerImage")).isEqualTo(CONTAINER.get("image"));
  }

  @Test
  void theOperatorsImageHasTheBundlesVersion() {
    assertThat(CONTAINER.get("image").asText()).endsWith(":" + Bundle.version());
  }

  @Test
  void containersAskForResources() {
    assertThat(CONTAINER.at("/resources/requests/cpu").asText()).isNotBlank();
    assertThat(CONTAINER.at("/resources/requests/memory").asText()).isNotBlank();
  }

  @Test
  void rightsAreThoseOfTheServiceAccountAndNameWhatTheyAreFor() {
    // Given
    var permissions = SPEC.at("/install/spec/clusterPermissions/0");
    var rules = stream(permissions.get("rules")).toList();

    // Then
    assertThat(permissions.get("serviceAccountName"))
        .isEqualTo(DEPLOYMENT.at("/spec/template/spec/serviceAccountName"));
    assertThat(rules).isNotEmpty();
    for (JsonNode rule : rules) {
      for (String part : List.of("apiGroups", "resources", "verbs")) {
        assertThat(texts(rule.get(part))).as("no wildcard").isNotEmpty().doesNotContain("*");
      }
      assertThat(texts(rule.get("resources"))).as("Secrets are not read").doesNotContain("secrets");
      if (texts(rule.get("resources")).contains("customresourcedefinitions")) {
        assertThat(texts(rule.get("verbs"))).isSubsetOf("get", "list", "watch");
      }
    }
  }

  /** OLM makes them cluster-wide, for the install mode is AllNamespaces: as few as can be. */
  @Test
  void permissionsAreNoMoreThanTheLeaseOfTheLeader() {
    // Given
    var permissions = stream(SPEC.at("/install/spec/permissions")).toList();

    // Then
    assertThat(permissions).hasSize(1);
    assertThat(permissions.get(0).get("serviceAccountName"))
        .isEqualTo(DEPLOYMENT.at("/spec/template/spec/serviceAccountName"));
    for (JsonNode rule : permissions.get(0).get("rules")) {
      assertThat(texts(rule.get("apiGroups"))).containsExactly("coordination.k8s.io");
      assertThat(texts(rule.get("resources"))).containsExactly("leases");
      if (rule.has("resourceNames")) {
        assertThat(texts(rule.get("resourceNames"))).containsExactly("tracingstack-operator");
        assertThat(texts(rule.get("verbs"))).isSubsetOf("get", "update", "patch");
      } else {
        assertThat(texts(rule.get("verbs"))).as("has no name yet").containsExactly("create");
      }
    }
  }

  // --- owned kinds

  @Test
  void everyDefinitionIsOwnedAndEveryOwnedKindDefined() {
    assertThat(stream(OWNED).map(o -> o.get("name").asText()))
        .containsExactlyInAnyOrderElementsOf(
            crds().stream().map(c -> c.at("/metadata/name").asText()).toList());
    for (JsonNode owned : OWNED) {
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
    for (JsonNode owned : OWNED) {
      for (String part : List.of("spec", "status")) {
        Set<String> fields = new TreeSet<>();
        collectFields(Bundle.schemaAt(version(owned), part), "", fields);
        var descriptors = stream(owned.get(part + "Descriptors")).toList();

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
    for (JsonNode owned : OWNED) {
      for (JsonNode descriptor : owned.get("specDescriptors")) {
        List<String> offered =
            stream(descriptor.path("x-descriptors"))
                .map(JsonNode::asText)
                .filter(x -> x.startsWith(prefix))
                .map(x -> x.substring(prefix.length()))
                .toList();
        JsonNode allowed =
            Bundle.schemaAt(version(owned), "spec." + descriptor.get("path").asText()).path("enum");
        assertThat(offered)
            .as(descriptor.get("path").asText())
            .containsExactlyInAnyOrderElementsOf(texts(allowed));
      }
    }
  }

  // --- examples

  @Test
  void everyOwnedKindHasAnExampleThatItsSchemaAccepts() throws IOException {
    // Given
    Map<String, JsonNode> schemas = new HashMap<>();
    OWNED.forEach(
        o ->
            schemas.put(
                o.get("kind").asText(), version(o).at("/schema/openAPIV3Schema/properties/spec")));
    JsonNode examples = new ObjectMapper().readTree(ANNOTATIONS.get("alm-examples").asText());

    // When
    List<String> problems = new ArrayList<>();
    examples.forEach(
        e -> check(schemas.get(e.get("kind").asText()), e.get("spec"), "spec", problems));

    // Then
    assertThat(problems).isEmpty();
    assertThat(stream(examples).map(e -> e.get("kind").asText()).collect(Collectors.toSet()))
        .isEqualTo(schemas.keySet());
    assertThat(stream(examples).map(e -> e.at("/metadata/name").asText())).doesNotHaveDuplicates();
  }

  @Test
  void theSchemaCheckFindsMistakes() {
    // Given
    var schema =
        Bundle.schemaAt(
            version(
                stream(OWNED)
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
    check(schema, spec, "spec", problems);

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
            json.readTree(ANNOTATIONS.get("operatorframework.io/initialization-resource").asText()))
        .isEqualTo(json.readTree(ANNOTATIONS.get("alm-examples").asText()).get(0));
  }

  // --- helpers

  /** The keywords that our definitions use; rules in CEL need an API server. */
  private static void check(JsonNode schema, JsonNode value, String at, List<String> problems) {
    switch (schema.path("type").asText()) {
      case "object" -> {
        schema
            .path("required")
            .forEach(
                r -> {
                  if (!value.has(r.asText())) {
                    problems.add(at + ": " + r.asText() + " is required");
                  }
                });
        for (Map.Entry<String, JsonNode> field : value.properties()) {
          JsonNode known =
              schema.path("properties").has(field.getKey())
                  ? schema.at("/properties").get(field.getKey())
                  : schema.path("additionalProperties");
          if (known.isMissingNode()) {
            problems.add(at + "." + field.getKey() + ": unknown");
          } else {
            check(known, field.getValue(), at + "." + field.getKey(), problems);
          }
        }
      }
      case "array" -> {
        checkRange(schema, value.size(), "Items", at, problems);
        value.forEach(item -> check(schema.get("items"), item, at + "[]", problems));
      }
      case "string" -> {
        String text = value.asText();
        checkRange(schema, text.length(), "Length", at, problems);
        if (schema.has("pattern") && !Pattern.matches(schema.get("pattern").asText(), text)) {
          problems.add(at + ": does not match");
        }
        if (schema.has("enum") && !texts(schema.get("enum")).contains(text)) {
          problems.add(at + ": not one of the values");
        }
      }
      case "integer", "number" -> {
        if (!value.isNumber()) {
          problems.add(at + ": not an " + schema.get("type").asText());
        } else {
          checkRange(schema, value.asDouble(), "imum", at, problems);
        }
      }
      default -> {
        // A quantity is an integer or a string; booleans have no values to get wrong.
      }
    }
  }

  private static void checkRange(
      JsonNode schema, double value, String unit, String at, List<String> problems) {
    if (value < schema.path("min" + unit).asDouble(value)
        || value > schema.path("max" + unit).asDouble(value)) {
      problems.add(at + ": out of range");
    }
  }

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
    return FILES.keySet().stream()
        .filter(f -> f.startsWith("manifests/") && !f.equals(Bundle.CSV))
        .map(f -> Bundle.parse(FILES.get(f)))
        .toList();
  }

  private static JsonNode version(JsonNode owned) {
    return crds().stream()
        .filter(c -> c.at("/metadata/name").equals(owned.get("name")))
        .findFirst()
        .orElseThrow()
        .at("/spec/versions/0");
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static List<String> texts(JsonNode array) {
    return stream(array).map(JsonNode::asText).toList();
  }
}
