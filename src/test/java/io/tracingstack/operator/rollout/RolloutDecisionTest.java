package io.tracingstack.operator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.Turn;
import io.tracingstack.operator.rollout.Member.Phase;
import io.tracingstack.operator.rollout.RolloutDecision.Decision;
import io.tracingstack.operator.stack.RolloutPlan;
import io.tracingstack.operator.testing.TestStacks;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractCollection;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A table row has the section {@code rollout} of a stack, its workloads, and what is decided: the
 * stage, who goes, and when to look again. Workloads are named by one letter.
 */
class RolloutDecisionTest {
  private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
  private static final String PRESENT = "present";

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}          | a waits, b waits                              | CANARY  | a   | -
          {}          | a waits, z is offered                         | CANARY  | z   | -
          {}          | a just asks, b just asks                      | CANARY  | -   | 1s
          {}          | a just asks, b waits                          | CANARY  | b   | 1s
          {}          | a just asks, z is offered                     | CANARY  | z   | 1s
          {canary: 0} | a just asks, b waits                          | ROLLING | a b | -
          {}          | a runs, b waits                               | CANARY  | -   | -
          {}          | a is reverting, b waits                       | CANARY  | -   | -
          {}          | a was reverted, b waits, c waits              | CANARY  | b   | -
          {}          | a is silent, b waits, c waits                 | CANARY  | b   | -
          {}          | a is out, b waits, c waits                    | CANARY  | b   | -
          {}          | a proved old settings, b waits, c waits       | CANARY  | b   | -
          {}          | a waits with old settings, b waits            | CANARY  | b   | -
          {}          | a waits with old settings                     | CANARY  | -   | -
          {}          | a proven 10s, b waits                         | SOAKING | -   | 50s
          {}          | a proven 10s, b proven 20s, c waits           | SOAKING | -   | 40s
          {}          | a proven 10s, b runs, c waits                 | CANARY  | -   | 50s
          {}          | a proven 59s, b waits                         | SOAKING | -   | 1s
          {}          | a proven 60s, b waits, c waits                | ROLLING | b c | -
          {soak: 0s}  | a proven 0s, b waits, c waits                 | ROLLING | b c | -
          {canary: 3} | a waits, b waits, c waits, d waits            | CANARY  | a b c | -
          {canary: 3} | a waits, b waits                              | CANARY  | a b | -
          {canary: 3} | a proven 9m, b runs, c waits, d waits         | CANARY  | c   | -
          {canary: 3} | a proven 9m, b proven 5s, c waits, d waits    | CANARY  | c   | -
          {canary: 3} | a proven 9m, b is reverting, c waits, d waits | CANARY  | c   | -
          {canary: 3} | a proven 9m, b was reverted, c waits, d waits, e waits | CANARY | c d | -
          {canary: 3} | a proven 9m, b proven 9m, c proven 5s, d waits | SOAKING | -  | 55s
          {canary: 2} | a proven 5s, b proven 10s, c proven 20s, d waits | SOAKING | - | 50s
          {canary: 3} | a proven 9m, b proven 9m, c is silent, d waits, e waits | CANARY | d | -
          {canary: 9, maxConcurrent: 2} | a waits, b waits, c waits   | CANARY  | a b | -
          {canary: 9, maxConcurrent: 2} | a runs, b waits, c waits    | CANARY  | b   | -
          {canary: 0} | a waits, b waits, c waits, d waits, e waits, f waits | ROLLING | a b c d e | -
          """)
  void aFewGoFirstAndMustStayProven(
      String rollout, String workloads, Stage stage, String admitted, String lookAgain) {
    assertDecision(rollout, workloads, stage, admitted, lookAgain);
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                 | p proven 5m, a runs, b runs, c runs, d runs, e waits, f waits | ROLLING | e | -
          {}                 | p proven 5m, a runs, b runs, c runs, d runs, e runs, f waits  | ROLLING | - | -
          {maxConcurrent: 2} | p proven 5m, a is reverting, b waits, c waits | ROLLING | b     | -
          {maxConcurrent: 2} | p proven 5m, a is silent, b waits, c waits    | ROLLING | b c   | -
          {maxConcurrent: 2} | p proven 5m, a is out, b waits, c waits       | ROLLING | b c   | -
          {maxConcurrent: 2} | p proven 5m, a was reverted, b waits, c waits | ROLLING | b c   | -
          {maxConcurrent: 1} | p proven 5m, a repairs, b waits               | ROLLING | a     | -
          {maxConcurrent: 1} | p proven 5m, a runs, b repairs                | ROLLING | -     | -
          {maxConcurrent: 1} | p proven 5m, a runs, b rides, c rides         | ROLLING | b c   | -
          {maxConcurrent: 2} | p proven 5m, a waits, b waits, c rides        | ROLLING | c a   | -
          {maxConcurrent: 2} | p proven 5m, a waits with old settings, b waits | ROLLING | b   | -
          {}                 | p proven 5m, a runs                           | ROLLING | -     | -
          {}                 | p proven 5m                                   | IDLE    | -     | -
          {}                 | p proven 5s                                   | IDLE    | -     | -
          {}                 | a is silent, b was reverted, c is out         | IDLE    | -     | -
          {canary: 3}        | p proven 5m, q proven 5m, a is reverting      | ROLLING | -     | -
          {}                 | a runs, b rides, c rides                      | CANARY  | -     | -
          {}                 | b rides, c rides                              | CANARY  | b     | -
          {canary: 0}        | b rides, c rides                              | ROLLING | b c   | -
          """)
  void thenAllGoAFewAtATime(
      String rollout, String workloads, Stage stage, String admitted, String lookAgain) {
    assertDecision(rollout, workloads, stage, admitted, lookAgain);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {canary: 1}        | c waits, b waits, z is offered            | b c
          {mode: Plan}       | c waits, b waits, z is offered            | z b c
          {paused: true}     | c waits with old settings, b waits        | b
          {canary: 0}        | a waits, b waits                          |
          {maxConcurrent: 1} | p proven 5m, a runs, b waits, c is silent | b
          {mode: Plan}       | a waits, b waits, c waits, d waits, e waits, f waits, g waits, h waits, i waits, j waits, k waits | a b c d e f g h i j
          """)
  void whoGoesNextIsNamedInOrder(String rollout, String workloads, String next) {
    assertThat(decide(rollout, workloads).next().stream().map(n -> n.replaceFirst(".*/", "")))
        .containsExactlyElementsOf(next == null ? List.of() : List.of(next.split(" ")));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {mode: Plan}                          | a waits, b rides                 | PLAN    | - | -
          {mode: Plan, paused: true}            |                                  | PLAN    | - | -
          {paused: true}                        | p proven 5m, a waits, b rides    | PAUSED  | - | -
          {paused: true}                        |                                  | PAUSED  | - | -
          {onFailure: Pause}                    | p proven 5m, a was reverted, b waits, c rides | STOPPED | - | -
          {onFailure: Pause}                    | p proven 5m, a is reverting, b waits          | STOPPED | - | -
          {onFailure: Pause, failureBudget: 9}  | p proven 5m, a was reverted      | STOPPED | - | -
          {onFailure: Pause}                    | p proven 5m, a failed old settings, b waits   | ROLLING | b | -
          {onFailure: Pause}                    | p proven 5m, a was not to blame, b waits      | ROLLING | b | -
          {failureBudget: 0}                    | p proven 5m, a was reverted, b waits          | STOPPED | - | -
          {failureBudget: 1}                    | p proven 5m, a was reverted, b waits          | ROLLING | b | -
          {failureBudget: 1}                    | p proven 5m, a was reverted, b was reverted, c rides | STOPPED | - | -
          {failureBudget: 1}                    | p proven 5m, a was reverted, b is reverting, c waits | STOPPED | - | -
          """)
  void somethingHoldsThemAll(
      String rollout, String workloads, Stage stage, String admitted, String lookAgain) {
    assertDecision(rollout, workloads, stage, admitted, lookAgain);
  }

  /** It is noon. */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {schedule: 0 22 * * *, duration: 4h} | p proven 5m, a waits             | OUTSIDE_WINDOW | -   | 10h
          {schedule: 0 22 * * *, duration: 4h} | p proven 5m, a waits, b rides    | OUTSIDE_WINDOW | b   | 10h
          {schedule: 0 22 * * *, duration: 4h} | p proven 5m, b rides, c rides    | ROLLING        | b c | -
          {schedule: 0 22 * * *, duration: 4h} | p proven 5m, a runs              | ROLLING        | -   | -
          {schedule: 0 22 * * *, duration: 4h} | p proven 5m, a is silent         | IDLE           | -   | -
          {schedule: 0 22 * * *, duration: 4h} | a waits, b waits                 | OUTSIDE_WINDOW | -   | 10h
          {schedule: 0 22 * * *, duration: 4h} | a waits, b rides, c rides        | OUTSIDE_WINDOW | b   | 10h
          {schedule: 0 22 * * *, duration: 4h} | p proven 10s, a waits, b rides   | OUTSIDE_WINDOW | -   | 50s
          {schedule: 0 22 * * *, duration: 4h} | b rides, c rides                 | CANARY         | b   | -
          {schedule: 0 9 * * *, duration: 4h}  | p proven 5m, a waits             | ROLLING        | a   | -
          {schedule: 0 9 * * *, duration: 3h}  | p proven 5m, a waits             | OUTSIDE_WINDOW | -   | 21h
          """)
  void podsRestartWithinAWindow(
      String window, String workloads, Stage stage, String admitted, String lookAgain) {
    assertDecision("{windows: [%s]}".formatted(window), workloads, stage, admitted, lookAgain);
  }

  @Test
  void withoutAPipelineNothingCouldBeProven() {
    Decision decision =
        RolloutDecision.next(
            plan("{}"), PRESENT, members("p proven 5m, a waits, b rides, c runs"), false, NOON);

    assertThat(decision.stage()).isEqualTo(Stage.PIPELINE_DOWN);
    assertThat(decision.admit()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"p proven 5m, IDLE", "'p proven 5m, a runs', ROLLING"})
  void whereNobodyWaitsThePipelineHoldsNobody(String workloads, Stage stage) {
    assertThat(RolloutDecision.next(plan("{}"), PRESENT, members(workloads), false, NOON).stage())
        .isEqualTo(stage);
  }

  @Test
  void theNumbersAreThoseAfterTheAdmissions() {
    Decision decision =
        decide(
            "{maxConcurrent: 3}",
            "p proven 5m, a runs, b is reverting, c waits, d waits, e was reverted");

    assertThat(names(decision)).isEqualTo("c");
    assertThat(decision.running()).isEqualTo(3);
    assertThat(decision.waiting()).isEqualTo(1);
    assertThat(decision.failures()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {mode: Plan}       | a waits                                | waiting: 1
          {mode: Plan}       | a waits                                | spec.rollout.mode to Apply
          {paused: true}     | a waits                                | spec.rollout.paused
          {onFailure: Pause} | a was reverted                         | shop/a; tolerated: 0
          {failureBudget: 0} | a was reverted, b was reverted, c was reverted, d was reverted | shop/a, shop/b, shop/c and 1 more
          {}                 | a waits, b waits                       | passed: 0 of 1; on their way: shop/a
          {canary: 3}        | a waits, b waits                       | passed: 0 of 2; on their way: shop/a, shop/b
          {}                 | a proven 10s, b waits                  | proven until 2026-03-02T12:00:50Z
          {}                 | p proven 5m, a runs, b waits           | at most 5 at the same time; on their way: shop/a, shop/b
          {windows: [{schedule: 0 22 * * *, duration: 4h}]} | a waits | opens at 2026-03-02T22:00:00Z
          """)
  void aMessageSaysWhyAndWhatWouldChangeIt(String rollout, String workloads, String part) {
    assertThat(decide(rollout, workloads).message()).contains(part);
  }

  @ParameterizedTest
  @EnumSource
  void aStageIsFoundByItsName(Stage stage) {
    assertThat(Stage.ofApiName(stage.apiName())).contains(stage);
    assertThat(stage.apiName()).isEqualToIgnoringCase(stage.name().replace("_", ""));
    assertThat(stage.waitingReason().group())
        .isEqualTo(stage == Stage.IDLE ? Reason.Group.PROGRESSING : Reason.Group.WAITING);
  }

  @Test
  void aStageOfAnotherVersionIsNone() {
    assertThat(Stage.ofApiName("FromTheFuture")).isEmpty();
    assertThat(Stage.ofApiName(null)).isEmpty();
  }

  @Test
  void aLargeStackIsCountedOnce() {
    // Given
    List<Member> members =
        IntStream.range(0, 5000).mapToObj(i -> member("w" + i + " waits")).toList();
    AtomicInteger passes = new AtomicInteger();
    Collection<Member> counted =
        new AbstractCollection<>() {
          @Override
          public Iterator<Member> iterator() {
            passes.incrementAndGet();
            return members.iterator();
          }

          @Override
          public int size() {
            return members.size();
          }
        };

    // When
    Decision decision = RolloutDecision.next(plan("{}"), PRESENT, counted, true, NOON);

    // Then
    assertThat(names(decision)).isEqualTo("w0");
    assertThat(passes).hasValue(1);
  }

  private static void assertDecision(
      String rollout, String workloads, Stage stage, String admitted, String lookAgain) {
    Decision decision = decide(rollout, workloads);

    assertThat(decision.stage()).isEqualTo(stage);
    assertThat(names(decision)).isEqualTo(admitted);
    assertThat(decision.lookAgainAt())
        .isEqualTo(
            lookAgain.equals("-")
                ? Optional.empty()
                : Optional.of(NOON.plus(Duration.parse("PT" + lookAgain))));
  }

  private static Decision decide(String rollout, String workloads) {
    return RolloutDecision.next(plan(rollout), PRESENT, members(workloads), true, NOON);
  }

  private static RolloutPlan plan(String rollout) {
    return TestStacks.plan("rollout: " + rollout).rollout();
  }

  private static String names(Decision decision) {
    return decision.admit().isEmpty()
        ? "-"
        : String.join(" ", decision.admit().stream().map(Member::name).toList());
  }

  private static List<Member> members(String text) {
    return text == null
        ? List.of()
        : Arrays.stream(text.split(", ")).map(RolloutDecisionTest::member).toList();
  }

  private static Member member(String text) {
    String name = text.substring(0, text.indexOf(' '));
    String is = text.substring(name.length() + 1);
    return switch (is) {
      case "waits" -> waiting(name, turn(1, PRESENT, false, false));
      case "repairs" -> waiting(name, turn(2, PRESENT, false, false));
      case "is offered" -> waiting(name, turn(1, PRESENT, true, false));
      case "rides" -> waiting(name, turn(1, PRESENT, false, true));
      case "waits with old settings" -> waiting(name, turn(1, "old", false, false));
      case "runs" -> member(name, Phase.RUNNING, PRESENT, null, null);
      case "just asks" -> waiting(name, turn(1, PRESENT, false, false), NOON);
      case "is silent" -> member(name, Phase.SILENT, PRESENT, null, null);
      case "is out" -> member(name, Phase.OUT, null, null, null);
      case "is reverting" -> member(name, Phase.REVERTING, PRESENT, null, PRESENT);
      case "was reverted" -> member(name, Phase.REVERTED, PRESENT, null, PRESENT);
      case "failed old settings" -> member(name, Phase.REVERTED, "old", null, "old");
      case "was not to blame" -> member(name, Phase.REVERTED, PRESENT, null, null);
      case "proved old settings" ->
          member(name, Phase.PROVEN, "old", NOON.minus(Duration.ofDays(1)), null);
      default ->
          member(
              name,
              Phase.PROVEN,
              PRESENT,
              NOON.minus(Duration.parse("PT" + is.substring("proven ".length()))),
              null);
    };
  }

  private static Turn turn(long number, String release, boolean canary, boolean riding) {
    return new Turn(number, "revision", "template", release, canary, riding);
  }

  private static Member waiting(String name, Turn turn) {
    return waiting(name, turn, NOON.minusSeconds(30));
  }

  private static Member waiting(String name, Turn turn, Instant askedAt) {
    return new Member(
        "shop",
        name,
        Phase.WAITING,
        Optional.of(turn),
        Optional.of(askedAt),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Member member(
      String name, Phase phase, String release, Instant since, String failed) {
    return new Member(
        "shop",
        name,
        phase,
        Optional.empty(),
        Optional.empty(),
        Optional.ofNullable(release),
        Optional.ofNullable(since),
        Optional.ofNullable(failed));
  }
}
