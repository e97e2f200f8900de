package io.tracingstack.operator.injection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TracedWorkloadNamesTest {
  private static final String DNS_SUBDOMAIN =
      "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";

  @Test
  void kindAndNameMakeTheName() {
    assertThat(TracedWorkloadNames.of("Deployment", "checkout")).isEqualTo("deployment-checkout");
    assertThat(TracedWorkloadNames.of("StatefulSet", "checkout")).isEqualTo("statefulset-checkout");
  }

  @Test
  void theLongestNameThatFitsIsKept() {
    String name = "x".repeat(253 - "deployment-".length());

    assertThat(TracedWorkloadNames.of("Deployment", name)).isEqualTo("deployment-" + name);
  }

  @Test
  void longNamesThatDifferAtTheEndStayDifferent() {
    String common = "x".repeat(250);

    String one = TracedWorkloadNames.of("Deployment", common + "a");
    String other = TracedWorkloadNames.of("Deployment", common + "b");

    assertThat(one).hasSizeLessThanOrEqualTo(253).isNotEqualTo(other);
  }

  @Test
  void aShortenedNameIsStillOneThatKubernetesTakes() {
    assertThat(IntStream.range(0, 4).mapToObj(i -> "x".repeat(i) + "a.b".repeat(83)))
        .map(name -> TracedWorkloadNames.of("Deployment", name))
        .allSatisfy(name -> assertThat(name).matches(DNS_SUBDOMAIN).hasSizeLessThan(254));
  }
}
