package io.tracingstack.operator.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracingStackStatus.AgentVersion;
import io.tracingstack.operator.testing.Yaml;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AgentVersionsTest {
  @Test
  void anUpgradeShowsBothVersions() {
    assertThat(
            versions(
                "{agent: {version: 2.33.1}}",
                "{agent: {version: 2.32.0}}",
                "{agent: {version: 2.33.1}}"))
        .containsExactly(new AgentVersion("2.32.0", 1), new AgentVersion("2.33.1", 2));
  }

  @Test
  void whatHasNoAgentIsNotCounted() {
    assertThat(versions("{state: WaitingForSlot}", "{agent: {sha256: abc}}")).isNull();
  }

  private static List<AgentVersion> versions(String... statuses) {
    return AgentVersions.of(
        Stream.of(statuses).map(s -> Yaml.read(s, TracedWorkloadStatus.class)).toList());
  }
}
