package io.tracingstack.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.tracingstack.operator.llamastack.ServerApi;
import io.tracingstack.operator.testing.Yaml;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerWatchTest {
  /** As the API server writes them, one after the other, to a definition that was just made. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          none                                                             | true  | false
          {conditions: null, storedVersions: [v1alpha1]}                   | true  | false
          {conditions: [{type: NamesAccepted, status: 'True'}]}            | true  | false
          {conditions: [{type: Established, status: 'False'}]}             | true  | false
          {conditions: [{type: Established, status: 'True'}]}              | true  | true
          {conditions: [{type: Established, status: 'True'}]}              | false | false
          """)
  void aKindIsThereWhenItIsServed(String status, boolean served, boolean expected) {
    CustomResourceDefinition definition =
        Yaml.read(
            """
            spec: {versions: [{name: v1alpha1, served: %s}]}
            status: %s
            """
                .formatted(served, status),
            CustomResourceDefinition.class);
    assertThat(ServerWatch.isServed(definition, ServerApi.LLAMA_STACK_DISTRIBUTION))
        .isEqualTo(expected);
  }
}
