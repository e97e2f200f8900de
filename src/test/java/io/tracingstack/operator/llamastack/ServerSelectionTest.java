package io.tracingstack.operator.llamastack;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Labels;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerSelectionTest {
  /** Labels of Deployment, server and namespace, whether a selector chooses, and the outcome. */
  @ParameterizedTest
  @CsvSource({
    ", , , false, none",
    ", llamastack, , false, llamastack",
    ", , llamastack, false, llamastack",
    ", , , true, llamastack",
    "false, llamastack, llamastack, true, none",
    ", false, llamastack, true, none",
    "llamastack, false, , false, llamastack",
    // A namespace of Java services may have servers in it.
    ", , java, false, none",
    ", , java, true, llamastack",
    ", , false, true, llamastack",
    ", java, , false, java",
    ", '', llamastack, true, none"
  })
  void theNearestLabelDecides(
      String deployment, String server, String namespace, boolean selected, String language) {
    assertThat(
            ServerSelection.language(
                    label(deployment),
                    label(server),
                    label(namespace),
                    "llamastack",
                    () -> selected)
                .orElse("none"))
        .isEqualTo(language);
  }

  @Test
  void aNamespacesLabelIsForServersOfThatKind() {
    Map<String, String> none = Map.of();
    assertThat(ServerSelection.language(none, none, label("vllm"), "vllm", () -> false))
        .contains("vllm");
    assertThat(ServerSelection.language(none, none, label("llamastack"), "vllm", () -> false))
        .isEmpty();
  }

  private static Map<String, String> label(String value) {
    return value == null ? Map.of() : Map.of(Labels.INJECT, value);
  }
}
