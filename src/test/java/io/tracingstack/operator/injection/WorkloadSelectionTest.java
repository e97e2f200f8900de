package io.tracingstack.operator.injection;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Labels;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadSelectionTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // workload, namespace, controlled, language
        "-,      -,      false, -",
        "java,   -,      false, java",
        "java,   -,      true,  java",
        "-,      java,   false, java",
        "-,      java,   true,  -",
        "false,  java,   false, -",
        "'',     java,   false, -",
        "java,   false,  false, java",
        "-,      false,  false, -",
        "python, java,   false, python",
        "-,      llamastack, false, -",
        "llamastack, -,  true,  llamastack"
      })
  void theWorkloadsOwnLabelDecidesThenItsNamespaces(
      String workload, String namespace, boolean controlled, String language) {
    assertThat(
            WorkloadSelection.language(
                WorkloadKind.CRON_JOB, label(workload), label(namespace), controlled))
        .isEqualTo(Optional.ofNullable(language));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // object, namespace, controlled, language
        "-,      java,   false, -",
        "java,   -,      false, java",
        "java,   java,   true,  -",
        "false,  java,   false, -"
      })
  void whatCannotBeInjectedAsksByItsOwnLabelOnlyAndWhereNobodyMadeIt(
      String object, String namespace, boolean controlled, String language) {
    assertThat(
            WorkloadSelection.language(
                WorkloadKind.JOB, label(object), label(namespace), controlled))
        .isEqualTo(Optional.ofNullable(language));
  }

  private static Map<String, String> label(String value) {
    return value == null ? Map.of() : Map.of(Labels.INJECT, value);
  }
}
