package io.tracingstack.operator.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README promises an entry for every reason, condition and field. */
class ReadmeTest {
  private static final String README = read(Path.of("README.md"));

  @Test
  void explainsEveryReason() {
    assertThat(Stream.of(Reason.values()).map(Reason::apiName))
        .allSatisfy(
            name -> assertThat(README.lines()).anyMatch(l -> l.startsWith("| `" + name + "` |")));
  }

  @Test
  void namesEveryCondition() {
    assertThat(Stream.of(ConditionType.values()).map(ConditionType::apiName))
        .allSatisfy(name -> assertThat(README).contains("`" + name + "`"));
  }

  @Test
  void hasARowForEveryFieldOfAStack() {
    // Given
    JsonNode schema =
        Bundle.parse(Crds.generate().get("tracingstacks.tracingstack.io.yaml"))
            .at("/spec/versions/0/schema/openAPIV3Schema/properties/spec");

    // When
    List<String> leaves = new ArrayList<>();
    collectLeaves(schema, "", leaves);

    // Then
    assertThat(leaves)
        .isNotEmpty()
        .allSatisfy(
            leaf ->
                assertThat(README.lines())
                    .anyMatch(l -> l.startsWith("| `" + leaf + "` |") || isSecondOfTwo(l, leaf)));
  }

  /** A row such as {@code `caSecret.name`, `.key`} is about two fields. */
  private static boolean isSecondOfTwo(String line, String leaf) {
    int dot = leaf.lastIndexOf('.');
    return line.startsWith("| `" + leaf.substring(0, dot) + ".name`, `" + leaf.substring(dot) + "`")
        || line.startsWith("| `" + leaf + "`, `.");
  }

  private static void collectLeaves(JsonNode schema, String path, List<String> leaves) {
    JsonNode properties = schema.path("properties");
    boolean ofKubernetes =
        Set.of("resources", "namespaceSelector", "selector")
            .contains(path.replaceFirst(".*\\.", ""));
    if (!ofKubernetes && schema.path("items").has("properties")) {
      collectLeaves(schema.get("items"), path + "[]", leaves);
    } else if (ofKubernetes || properties.isMissingNode()) {
      leaves.add(path);
    } else {
      for (Map.Entry<String, JsonNode> property : properties.properties()) {
        collectLeaves(
            property.getValue(),
            path.isEmpty() ? property.getKey() : path + "." + property.getKey(),
            leaves);
      }
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
