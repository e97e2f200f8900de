package io.tracingstack.operator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Reverted;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FailureEvidenceTest {
  @Test
  void theKubeletsExcuseIsNoLog() {
    assertThat(FailureEvidence.isLog("unable to retrieve container logs for containerd://3f6e"))
        .isFalse();
    assertThat(FailureEvidence.isLog("shop: unable to retrieve container logs for x")).isTrue();
    assertThat(FailureEvidence.isLog("")).isTrue();
  }

  @Test
  void whatAFailedPodLeavesIsKept() {
    Verdict verdict = Blame.of(BlameFacts.of("crash", "ready", null));

    assertThat(FailureEvidence.of(verdict, Optional.of("one\n\n  two  \r\n")))
        .contains(new Reverted.Evidence("new0", "app", 1, 3, List.of("one", "  two")));
    assertThat(FailureEvidence.of(verdict, Optional.empty()))
        .contains(new Reverted.Evidence("new0", "app", 1, 3, null));
  }

  @Test
  void aPodAsAWholeHasNoContainerAndNoRestarts() {
    assertThat(FailureEvidence.of(Blame.of(BlameFacts.of("volume", null, null)), Optional.empty()))
        .contains(new Reverted.Evidence("new0", null, null, null, null));
  }

  @Test
  void aRefusedPodLeavesNothing() {
    assertThat(
            FailureEvidence.of(
                Blame.of(BlameFacts.of(null, null, "refused=no")), Optional.of("log")))
        .isEmpty();
  }

  @Test
  void ofALogTheEndIsKept() {
    String log =
        IntStream.rangeClosed(1, 12).mapToObj(i -> "line " + i).collect(Collectors.joining("\n"));

    assertThat(FailureEvidence.tail(log)).hasSize(10).startsWith("line 3").endsWith("line 12");
    assertThat(FailureEvidence.tail(" \n\t\n")).isEmpty();
  }

  @Test
  void longLinesAreCutBetweenCharacters() {
    assertThat(FailureEvidence.tail("a".repeat(201))).containsExactly("a".repeat(200));
    assertThat(FailureEvidence.tail("\uD83D\uDE00".repeat(201)))
        .containsExactly("\uD83D\uDE00".repeat(200));
  }
}
