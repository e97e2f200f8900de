package io.tracingstack.operator.journey;

import static io.tracingstack.operator.testing.TestPods.ofRun;
import static io.tracingstack.operator.testing.TestPods.starting;
import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.verification.PodView;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunsTest {
  private static final Instant ENDED = Instant.parse("2026-11-21T08:05:00Z");
  private static final PodView FIRST = ofRun("nightly-1-a", "nightly-1", ENDED);
  private static final PodView SECOND = ofRun("nightly-2-a", "nightly-2", ENDED);
  private static final PodView SIBLING = ofRun("nightly-2-b", "nightly-2", null);
  private static final PodView STARTING = ofRun(starting("nightly-3-a"), "nightly-3", null);

  @Test
  void theNewestRunWhoseAgentIsKnownSpeaks() {
    assertThat(Runs.speaking(List.of(STARTING, SIBLING, SECOND, FIRST), true))
        .containsExactly(SIBLING, SECOND);
    assertThat(Runs.speaking(List.of(FIRST), false)).containsExactly(FIRST);
  }

  @Test
  void theVeryFirstRunSpeaksWhileItStarts() {
    assertThat(Runs.speaking(List.of(STARTING), false)).containsExactly(STARTING);
    assertThat(Runs.speaking(List.of(STARTING), true)).isEmpty();
    assertThat(Runs.speaking(List.of(), false)).isEmpty();
  }
}
