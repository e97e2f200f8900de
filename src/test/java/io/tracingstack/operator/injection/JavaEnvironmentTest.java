package io.tracingstack.operator.injection;

import static io.tracingstack.operator.testing.TestWorkloads.container;
import static io.tracingstack.operator.testing.TestWorkloads.deployment;
import static io.tracingstack.operator.testing.TestWorkloads.env;
import static io.tracingstack.operator.testing.TestWorkloads.template;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.testing.TestStacks;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JavaEnvironmentTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // annotation, label of the template, service name
        "-,           -,             checkout",
        "-,           shop-checkout, shop-checkout",
        "checkout-eu, shop-checkout, checkout-eu",
        "'',          shop-checkout, shop-checkout",
        "'',          '',            checkout"
      })
  void theServiceNameIsTheAnnotationTheLabelOrTheWorkloadsName(
      String annotation, String label, String expected) {
    Map<String, String> annotations = new HashMap<>();
    if (annotation != null) {
      annotations.put(Labels.SERVICE_NAME, annotation);
    }
    PodTemplateSpec template = template(container("app"));
    if (label != null) {
      template.getMetadata().getLabels().put(Labels.NAME, label);
    }

    assertThat(variables(deployment(annotations, template)))
        .containsEntry("OTEL_SERVICE_NAME", expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"team=payments", "team=it's", "team=\"a\"", "team=it's \"a\"", ""})
  void theOptionsCloseEveryQuoteTheyOpen(String attributes) {
    String options = optionsWith(attributes);

    assertThat(openQuote(options.replace("$(OTEL_RESOURCE_ATTRIBUTES)", attributes)))
        .as(options)
        .isEmpty();
    assertThat(options).startsWith("-javaagent:/tracingstack/agent/opentelemetry-javaagent.jar");
  }

  @Test
  void theRevisionTravelsWithTheUsersAttributesWhichComeLast() {
    assertThat(optionsWith("team=it's"))
        .contains("tracingstack.revision=")
        .endsWith(",$(OTEL_RESOURCE_ATTRIBUTES)\"");
  }

  @Test
  void referencedVariablesComeFirst() {
    List<String> names =
        written(deployment(template(container("app")))).stream().map(EnvVar::getName).toList();

    assertThat(names).startsWith("TRACINGSTACK_POD_NAME", "TRACINGSTACK_NODE_NAME");
    assertThat(names.indexOf("OTEL_RESOURCE_ATTRIBUTES"))
        .isLessThan(names.indexOf("JAVA_TOOL_OPTIONS"));
  }

  private static String optionsWith(String attributes) {
    return variables(
            deployment(template(container("app", env("OTEL_RESOURCE_ATTRIBUTES", attributes)))))
        .get("JAVA_TOOL_OPTIONS");
  }

  /** The quote left open at the end, by the JVM's rules. */
  private static String openQuote(String options) {
    char open = 0;
    for (char c : options.toCharArray()) {
      if (open == 0 && (c == '\'' || c == '"')) {
        open = c;
      } else if (c == open) {
        open = 0;
      }
    }
    return open == 0 ? "" : String.valueOf(open);
  }

  private static Map<String, String> variables(WorkloadView workload) {
    return written(workload).stream()
        .filter(v -> v.getValue() != null)
        .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
  }

  private static List<EnvVar> written(WorkloadView workload) {
    return JavaInjection.decide(
            "journey", workload, TestStacks.instrumentation(), EnvFromNames.NONE)
        .plan()
        .orElseThrow()
        .fragment()
        .getSpec()
        .getContainers()
        .get(0)
        .getEnv();
  }
}
