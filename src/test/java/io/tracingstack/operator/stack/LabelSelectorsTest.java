package io.tracingstack.operator.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.testing.TestStacks;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelSelectorsTest {
  private static final Map<String, String> LABELS = Map.of("team", "payments", "tier", "1");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                                     | true",
        "{matchLabels: {team: payments}}                                        | true",
        "{matchLabels: {team: payments, tier: '1'}}                             | true",
        "{matchLabels: {team: payments, zone: a}}                               | false",
        "{matchLabels: {team: search}}                                          | false",
        "{matchExpressions: [{key: team, operator: In, values: [a, payments]}]} | true",
        "{matchExpressions: [{key: zone, operator: In, values: [a]}]}           | false",
        "{matchExpressions: [{key: team, operator: NotIn, values: [payments]}]} | false",
        "{matchExpressions: [{key: zone, operator: NotIn, values: [a]}]}        | true",
        "{matchExpressions: [{key: team, operator: Exists}]}                    | true",
        "{matchExpressions: [{key: zone, operator: Exists}]}                    | false",
        "{matchExpressions: [{key: zone, operator: DoesNotExist}]}              | true",
        "{matchExpressions: [{key: team, operator: DoesNotExist}]}              | false",
        "{matchLabels: {team: payments}, matchExpressions: [{key: tier, operator: DoesNotExist}]}"
            + " | false"
      })
  void everyRequirementMustHold(String selector, boolean matches) {
    assertThat(
            TestStacks.plan("instrumentation: {namespaceSelector: " + selector + "}")
                .instrumentation()
                .admitsNamespace(LABELS))
        .isEqualTo(matches);
  }

  @Test
  void withoutSelectorEveryNamespaceFits() {
    assertThat(TestStacks.instrumentation().admitsNamespace(Map.of())).isTrue();
  }
}
