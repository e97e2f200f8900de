package io.tracingstack.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CollectorSpanCountsTest {
  private static final String POD =
      """
      # HELP tracingstack_calls_total
      # TYPE tracingstack_calls_total counter
      tracingstack_calls_total{job="checkout",otel_scope_name="spanmetricsconnector",otel_scope_schema_url="",otel_scope_version="",tracingstack_revision="0f1e2d3c4b5a6978"} 20
      tracingstack_calls_total{job="cart",tracingstack_revision="aaaaaaaaaaaaaaaa",note="a } b"} 1.5e+06
      tracingstack_calls_total{job="cart",tracingstack_revision="aaaaaaaaaaaaaaaa"} 3 1763712000000
      tracingstack_calls_total{job="other"} 7
      tracingstack_calls_total{job="other",tracingstack_revision=""} 9
      tracingstack_calls_totally{tracingstack_revision="aaaaaaaaaaaaaaaa"} 1000
      # TYPE target_info gauge
      target_info{job="checkout",tracingstack_revision="0f1e2d3c4b5a6978"} 1
      go_goroutines 42
      broken{ 1
      """;

  @Test
  void spansAreAddedUpByRevision() {
    Map<String, Long> sums = new HashMap<>();

    CollectorSpanCounts.addCounts(POD, sums);

    assertThat(sums).isEqualTo(Map.of("0f1e2d3c4b5a6978", 20L, "aaaaaaaaaaaaaaaa", 1_500_003L));
  }

  @Test
  void podsCountForThemselvesSoTheirAnswersAreAdded() {
    Map<String, Long> sums = new HashMap<>();

    CollectorSpanCounts.addCounts(POD, sums);
    CollectorSpanCounts.addCounts(POD, sums);

    assertThat(sums).containsEntry("0f1e2d3c4b5a6978", 40L);
  }

  @Test
  void anAnswerWithoutSpansCountsNothing() {
    Map<String, Long> sums = new HashMap<>();

    CollectorSpanCounts.addCounts("", sums);
    CollectorSpanCounts.addCounts("404 page not found\n", sums);

    assertThat(sums).isEmpty();
  }
}
