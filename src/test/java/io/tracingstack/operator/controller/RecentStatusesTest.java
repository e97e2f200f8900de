package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import org.junit.jupiter.api.Test;

class RecentStatusesTest {
  private final RecentStatuses<String> recent = new RecentStatuses<>();

  @Test
  void whatWasWrittenCountsUntilTheCacheShowsIt() {
    recent.remember(at("1"), "a", "b");

    assertThat(recent.newest(at("1"), "a")).isEqualTo("b");
    assertThat(recent.newest(at("2"), "b")).isEqualTo("b");
    assertThat(recent.newest(at("3"), "a")).isEqualTo("a");
  }

  @Test
  void aCacheThatShowsOnlyTheFirstOfTwoWritesIsBehind() {
    recent.remember(at("1"), "a", "b");
    recent.remember(at("1"), "b", "c");

    assertThat(recent.newest(at("2"), "b")).isEqualTo("c");
    assertThat(recent.newest(at("3"), "c")).isEqualTo("c");
  }

  @Test
  void aChangeOfTheRestOfTheObjectDoesNotBringAnOlderStatusBack() {
    recent.remember(at("1"), "a", "b");

    assertThat(recent.newest(at("2"), "a")).isEqualTo("b");
  }

  @Test
  void anObjectWithoutAStatusIsBehind() {
    recent.remember(at("1"), "", "a");

    assertThat(recent.newest(at("2"), null)).isEqualTo("a");
  }

  @Test
  void whatSomebodyElseWroteIsTheNewest() {
    recent.remember(at("1"), "a", "b");

    assertThat(recent.newest(at("2"), "x")).isEqualTo("x");
  }

  private static ConfigMap at(String version) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withUid("uid")
        .withResourceVersion(version)
        .endMetadata()
        .build();
  }
}
