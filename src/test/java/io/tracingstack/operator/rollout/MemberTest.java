package io.tracingstack.operator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.kube.SlimStores;
import io.tracingstack.operator.rollout.Member.Phase;
import io.tracingstack.operator.testing.Yaml;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemberTest {
  private static final String TURN = "{number: 2, revision: r, template: t, release: new}";

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          no status at all         |                                   | -                                                    | OUT
          nothing decided yet      |                                   | {}                                                   | OUT
          asks for the first turn  |                                   | {state: WaitingForSlot, candidate: TURN}             | WAITING
          has an older turn        | {number: 1, revision: r, template: t, release: new} | {candidate: TURN}                  | WAITING
          granted for other content | {number: 2, revision: x, template: t, release: new} | {candidate: TURN}                 | WAITING
          granted for another template | {number: 2, revision: r, template: x, release: new} | {candidate: TURN}              | WAITING
          granted, not taken yet   | TURN                              | {state: WaitingForSlot, candidate: TURN}             | RUNNING
          its own rollout has ended | {number: 2, revision: r, template: t, release: new, riding: true} | {candidate: TURN}   | RUNNING
          granted, others own it   | TURN                              | {state: Conflict, candidate: TURN}                   | OUT
          granted, write refused   | TURN                              | {state: Rejected, candidate: TURN}                   | OUT
          traced, asks again       | {number: 1, revision: q, template: t, release: old} | {state: WaitingForCanary, candidate: TURN, taken: TURN} | WAITING
          pods are starting        | TURN                              | {state: Progressing, taken: TURN, INJECTED}          | RUNNING
          pods fail                | TURN                              | {state: CrashLoop, taken: TURN, INJECTED}            | RUNNING
          proof is looked for      | TURN                              | {state: AwaitingProof, taken: TURN, INJECTED}        | RUNNING
          traced                   | TURN                              | {state: Traced, taken: TURN, INJECTED}               | PROVEN
          no traffic               | TURN                              | {state: AwaitingTraffic, taken: TURN, INJECTED}      | SILENT
          no pods                  | TURN                              | {state: ScaledToZero, taken: TURN, INJECTED}         | SILENT
          somebody else's move     | TURN                              | {state: PausedDeployment, taken: TURN, INJECTED}     | SILENT
          pods to be deleted       | TURN                              | {state: OnDelete, taken: TURN, INJECTED}             | SILENT
          some pods held back      | TURN                              | {state: Partitioned, taken: TURN, INJECTED}          | SILENT
          being put back           | TURN                              | {state: Reverting, taken: TURN, reverted: {release: new}} | REVERTING
          put back, still failing  | TURN                              | {state: CrashLoop, taken: TURN, reverted: {release: new, counted: true}, INJECTED} | REVERTING
          healthy as before        | TURN                              | {state: Reverted, taken: TURN, reverted: {release: new, recovered: true}} | REVERTED
          healthy with a former agent | TURN                           | {state: Traced, taken: TURN, reverted: {release: new, recovered: true}, INJECTED} | REVERTED
          healthy, asks again      | TURN                              | {state: WaitingForSlot, candidate: {number: 3, revision: r, template: t, release: new}, reverted: {release: new, recovered: true}} | WAITING
          being rehearsed          | TURN                              | {state: Rehearsing, candidate: TURN, rehearsal: {release: new, outcome: Running}} | RUNNING
          failed its rehearsal     | TURN                              | {state: RehearsalFailed, taken: TURN, rehearsal: {release: new, outcome: Failed, counted: true}} | OUT
          refused by preflight     |                                   | {state: OtherAgentPresent}                           | OUT
          not selected             |                                   | {state: NoStack}                                     | OUT
          in conflict              |                                   | {state: Conflict}                                    | OUT
          rejected                 |                                   | {state: Rejected}                                    | OUT
          by another version       |                                   | {state: FromTheFuture}                               | OUT
          by another version, injected |                               | {state: FromTheFuture, INJECTED}                     | RUNNING
          """)
  void aStatusSaysWhatAWorkloadIsToARollout(
      String name, String admitted, String status, Phase phase) {
    assertThat(member(admitted, status).phase()).isEqualTo(phase);
  }

  @ParameterizedTest
  @EnumSource
  void everyStateHasAPhase(Reason reason) {
    assertThat(member(null, "{state: %s}".formatted(reason.apiName())).phase()).isNotNull();
    assertThat(member(null, "{state: %s, INJECTED}".formatted(reason.apiName())).phase())
        .isNotNull();
  }

  /** What the shell keeps of an object is enough. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{state: Traced, message: m, taken: TURN, INJECTED}",
        "{state: WaitingForSlot, candidate: TURN, taken: TURN, INJECTED}",
        "{state: Reverted, reverted: {release: new, counted: true, recovered: true, message: m}}",
        "{state: Reverting, reverted: {release: new, counted: true, evidence: {pod: p}}}",
        "{state: RehearsalFailed, rehearsal: {release: new, outcome: Failed, counted: true,"
            + " evidence: {pod: p}}}"
      })
  void theSlimObjectIsTheSameMember(String status) {
    Member whole = member(TURN, status);
    TracedWorkload object = object(TURN, status);

    new SlimStores.States().put("key", object);

    assertThat(Member.of(object)).isEqualTo(whole);
  }

  @Test
  void aWorkloadThatLeavesTakesNoTurn() {
    TracedWorkload leaving = object(null, "{state: WaitingForSlot, candidate: TURN}");
    leaving.getMetadata().setDeletionTimestamp("2026-03-01T00:00:00Z");

    assertThat(Member.of(leaving).phase()).isEqualTo(Phase.OUT);
  }

  @Test
  void aProofIsOfTheTurnThatWasTaken() {
    Member member = member(TURN, "{state: Traced, taken: TURN, INJECTED}");

    assertThat(member.release()).contains("new");
    assertThat(member.provenSince()).contains(Instant.parse("2026-03-01T12:00:00Z"));
    assertThat(member.provenWith("new")).isTrue();
    assertThat(member.provenWith("old")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{state: Traced}",
        "{state: Traced, conditions: [{type: Traced, status: 'True'}]}",
        "{state: Traced, conditions: [{type: Traced, lastTransitionTime: yesterday}]}"
      })
  void aProofWithoutATimeIsAnOldOne(String status) {
    assertThat(member(null, status).provenSince()).contains(Instant.EPOCH);
  }

  @ParameterizedTest
  @CsvSource({"'{release: new, counted: true}', new", "'{release: new}',", "'{counted: true}',"})
  void onlyWhatCountsIsAFailure(String reverted, String release) {
    assertThat(member(null, "{reverted: %s}".formatted(reverted)).failedRelease().orElse(null))
        .isEqualTo(release);
  }

  @ParameterizedTest
  @CsvSource({
    "'{release: new, outcome: Failed, counted: true}', new",
    "'{release: new, outcome: Failed, counted: false}',",
    "'{release: new, outcome: Passed}',",
    "'{release: new, outcome: Abandoned}',"
  })
  void aFailedRehearsalCountsAsARevertDoes(String rehearsal, String release) {
    assertThat(member(null, "{rehearsal: %s}".formatted(rehearsal)).failedRelease().orElse(null))
        .isEqualTo(release);
  }

  @Test
  void theFirstAreThoseOfferedThenByNamespaceAndName() {
    List<Member> members =
        Stream.of("b/a false", "a/z false", "a/b true", "b/c true", "a/y false")
            .map(text -> text.split("[/ ]"))
            .map(
                part -> {
                  TracedWorkload object =
                      object(
                          null,
                          "{candidate: {number: 1, revision: r, template: t, release: a, canary: %s}}"
                              .formatted(part[2]));
                  object.getMetadata().setNamespace(part[0]);
                  object.getMetadata().setName(part[1]);
                  return Member.of(object);
                })
            .sorted(Member.ORDER)
            .toList();

    assertThat(members).extracting(Member::text).containsExactly("a/b", "b/c", "a/y", "a/z", "b/a");
  }

  private static Member member(String admitted, String status) {
    return Member.of(object(admitted, status));
  }

  private static TracedWorkload object(String admitted, String status) {
    String conditions =
        "conditions: [{type: Injected, status: 'True'},"
            + " {type: Traced, status: 'True', lastTransitionTime: '2026-03-01T12:00:00Z'}]";
    return Yaml.read(
        """
        metadata: {namespace: shop, name: deployment-cart}
        spec: %s
        status: %s
        """
            .formatted(
                admitted == null ? "null" : "{admitted: %s}".formatted(admitted),
                status.equals("-") ? "null" : status)
            .replace("INJECTED", conditions)
            .replace("TURN", TURN),
        TracedWorkload.class);
  }
}
