package io.tracingstack.operator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.rollout.Verdict.Culprit;
import io.tracingstack.operator.rollout.Verdict.Kind;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlameTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "no pods yet          |                |       |              | NONE | PROGRESSING",
        "all ready            | ready ready    |       |              | NONE | PROGRESSING",
        "starting in time     | starting ready | ready |              | NONE | PROGRESSING",
        "unready in time      | unready        | ready | now=08:05:04 | NONE | PROGRESSING",
        "over it              | recovered      |       |              | NONE | PROGRESSING",
        "leaves anyway        | leaving ready  |       |              | NONE | PROGRESSING",
        "stalled, all ready   | ready          |       | stalled      | NONE | PROGRESSING"
      })
  void nothingWrongIsNobodysFault(
      String name, String pods, String former, String options, Kind kind, Reason reason) {
    check(pods, former, options, kind, reason);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "no image, tried again  | init-pull |       | now=08:00:59 | WAIT | IMAGE_PULL",
        "no image               | init-pull | ready |              | OURS | IMAGE_PULL",
        "crash                  | init-crash | ready |             | OURS | CRASH_LOOP",
        "configuration          | init-config | ready |            | OURS | POD_REFUSED",
        "volume                 | volume    | ready |              | OURS"
            + " | EPHEMERAL_STORAGE_TOO_TIGHT",
        "long after the proof   | init-pull |       | proven=08:00:20; changed; now=20:00:00 | OURS"
            + " | IMAGE_PULL",
        "beside another trouble | crash init-crash | crash | changed | OURS | CRASH_LOOP",
        "of an earlier attempt  | volume ready | | written=08:01:00 | NONE | PROGRESSING"
      })
  void ourOwnPartIsOursAtAnyTime(
      String name, String pods, String former, String options, Kind kind, Reason reason) {
    check(pods, former, options, kind, reason);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "names us           | | | refused=container tracingstack-agent; refusedSince=08:01:59; proven="
            + "08:00:10; changed | OURS | POD_REFUSED",
        "just now           | | ready | refused=exceeded quota; refusedSince=08:01:30 | WAIT"
            + " | POD_REFUSED",
        "for long           | | ready | refused=exceeded quota                 | OURS | POD_REFUSED",
        "template changed   | | ready | refused=exceeded quota; changed        | THEIRS | POD_REFUSED",
        "was proven         | | ready | refused=exceeded quota; proven=08:01:59 | THEIRS"
            + " | POD_REFUSED"
      })
  void whoChangedTheTemplateAnswersForPodsThatAreRefused(
      String name, String pods, String former, String options, Kind kind, Reason reason) {
    check(pods, former, options, kind, reason);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "node               | node ready     | ready |                       | WAIT | NODE_TROUBLE",
        "node, for long     | node           |       | now=09:00:00          | WAIT | NODE_TROUBLE",
        "no place           | homeless       | ready |                       | WAIT | NODE_TROUBLE",
        "no place, for long | homeless       | ready | now=08:05:00          | UNCLEAR | NODE_TROUBLE",
        "proven, for long   | homeless ready |       | now=08:05:00; proven=08:00:30 | WAIT"
            + " | NODE_TROUBLE",
        "changed, for long  | homeless       | ready | now=08:05:00; changed | WAIT | NODE_TROUBLE",
        "and a crash        | node crash     | ready |                       | OURS | CRASH_LOOP",
        "and one unready    | node unready   | ready | now=08:06:00          | OURS | PROBE_FAILING"
      })
  void aNodeIsNobodysContent(
      String name, String pods, String former, String options, Kind kind, Reason reason) {
    check(pods, former, options, kind, reason);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "no image            | pull       | ready |                       | THEIRS  | IMAGE_PULL",
        "Secret is gone      | config     | ready |                       | THEIRS  | POD_REFUSED",
        "does not mend       | pull       | ready | now=08:05:00          | UNCLEAR | IMAGE_PULL",
        "changed, for long   | pull       | ready | now=08:05:00; changed | THEIRS  | IMAGE_PULL",
        "proven, for long    | pull ready |       | now=08:05:00; proven=08:00:30 | THEIRS"
            + " | IMAGE_PULL",
        "and a crash         | pull crash | ready |                       | OURS    | CRASH_LOOP"
      })
  void whatTheApplicationLacksFromOutsideIsTheOwners(
      String name, String pods, String former, String options, Kind kind, Reason reason) {
    check(pods, former, options, kind, reason);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "all fail            | crash   | crash          |              | THEIRS | CRASH_LOOP",
        "readiness is lost   | crash   | lost lost      |              | THEIRS | CRASH_LOOP",
        "half of them        | oom     | ready unready  |              | THEIRS | OUT_OF_MEMORY",
        "one of three        | crash   | ready crash ready |           | OURS   | CRASH_LOOP",
        "they only leave     | crash   | leaving ready  |              | OURS   | CRASH_LOOP",
        "they lost a node    | crash   | node ready     |              | OURS   | CRASH_LOOP",
        "we are only late    | unready | unready        | now=08:06:00 | THEIRS | PROBE_FAILING",
        "they failed of old  | crash   | recovered      |              | OURS   | CRASH_LOOP"
      })
  void podsThatWeNeverReachedShowThatSomethingElseIsDown(
      String name, String pods, String former, String options, Kind kind, Reason reason) {
    check(pods, former, options, kind, reason);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "crash            | crash      | ready |                         | OURS    | CRASH_LOOP",
        "crashed just now | crashed    | ready |                         | OURS    | CRASH_LOOP",
        "memory           | oom ready  | ready |                         | OURS    | OUT_OF_MEMORY",
        "probes           | probe      | ready |                         | OURS    | PROBE_FAILING",
        "disk             | disk       | ready |                         | OURS"
            + " | EPHEMERAL_STORAGE_TOO_TIGHT",
        "template changed | crash      |       | changed                 | UNCLEAR | CRASH_LOOP",
        "not our container | side-crash | ready |                        | UNCLEAR | CRASH_LOOP",
        "both containers  | side-crash crash | |                         | OURS    | CRASH_LOOP",
        "during the soak  | crash      |       | proven=08:01:30         | OURS    | CRASH_LOOP",
        "after the soak   | crash      |       | proven=08:01:00         | THEIRS  | CRASH_LOOP",
        "proven, changed  | crash      | ready | proven=08:01:59; changed | THEIRS | CRASH_LOOP"
      })
  void definiteTroubleIsOursUntilTheProofHasStood(
      String name, String pods, String former, String options, Kind kind, Reason reason) {
    check(pods, former, options, kind, reason);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "unready for long  | unready  | ready | now=08:05:05          | OURS    | PROBE_FAILING",
        "template changed  | unready  | ready | now=08:05:05; changed | UNCLEAR | PROBE_FAILING",
        "lost readiness    | lost     |       | now=08:05:59          | NONE    | PROGRESSING",
        "lost it for long  | lost     |       | now=08:06:00          | OURS    | PROBE_FAILING",
        "after the soak    | lost     |       | now=08:06:00; proven=08:00:30 | THEIRS"
            + " | PROBE_FAILING",
        "controller gave up | unready | ready | stalled               | OURS    | PROBE_FAILING",
        "not started       | starting | ready | now=08:05:00          | UNCLEAR | AWAITING_PODS",
        "gave up, not started | starting | ready | stalled            | UNCLEAR | AWAITING_PODS"
      })
  void whatIsNotReadyInTimeIsOursWhenItRuns(
      String name, String pods, String former, String options, Kind kind, Reason reason) {
    check(pods, former, options, kind, reason);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "crash               | crash      | now=20:00:00; settled=08:05:10 | THEIRS | CRASH_LOOP",
        "memory              | oom ready  | now=08:20:00; settled=08:01:10 | THEIRS | OUT_OF_MEMORY",
        "readiness           | lost ready | now=20:00:00; settled=08:05:10 | THEIRS | PROBE_FAILING",
        "its image           | pull ready | now=20:00:00; settled=08:05:10 | THEIRS | IMAGE_PULL",
        "no place            | homeless   | now=20:00:00; settled=08:05:10 | WAIT   | NODE_TROUBLE",
        "a quota             |            | refused=exceeded quota; settled=08:01:00 | THEIRS"
            + " | POD_REFUSED",
        "our image           | init-pull  | now=20:00:00; settled=08:05:10 | OURS   | IMAGE_PULL",
        "our volume          | volume     | now=08:02:00; settled=08:01:10 | OURS"
            + " | EPHEMERAL_STORAGE_TOO_TIGHT",
        "refused for us      |            | refused=tracingstack-agent; settled=08:01:00 | OURS"
            + " | POD_REFUSED"
      })
  void whatHasServedForLongUnprovenIsOursOnlyWhereOurPartFails(
      String name, String pods, String options, Kind kind, Reason reason) {
    check(pods, null, options, kind, reason);
  }

  @Test
  void theVerdictNamesTheCulpritAndWhy() {
    Verdict verdict = Blame.of(BlameFacts.of("ready crash", "crash", null));

    assertThat(verdict.message())
        .isEqualTo(
            "pod new1: container app keeps ending (exit code 1, 3 restarts); 1 of 1 pods without this"
                + " change fail as well");
    assertThat(verdict.culprit())
        .contains(new Culprit("new1", Optional.of("app"), Optional.of(1), 3));
  }

  @Test
  void thePodThatIsLateNamesTheContainerWithTheAgent() {
    Verdict verdict = Blame.of(BlameFacts.of("unready", null, "now=08:06:00"));

    assertThat(verdict.message())
        .isEqualTo("pod new0 runs and is not ready since 2026-11-21T08:00:05Z");
    assertThat(verdict.culprit())
        .contains(new Culprit("new0", Optional.of("app"), Optional.empty(), 0));
  }

  @Test
  void onlyAFaultThatMayBeOursIsUndone() {
    assertThat(Kind.values()).filteredOn(Kind::reverts).containsExactly(Kind.OURS, Kind.UNCLEAR);
  }

  private static void check(String pods, String former, String options, Kind kind, Reason reason) {
    Verdict verdict = Blame.of(BlameFacts.of(pods, former, options));

    assertThat(verdict.kind()).as(verdict.message()).isEqualTo(kind);
    assertThat(verdict.reason()).isEqualTo(reason);
  }
}
