package io.tracingstack.operator.rehearsal;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.rollout.Blame;
import io.tracingstack.operator.rollout.Verdict;
import io.tracingstack.operator.rollout.Verdict.Culprit;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.verification.Judgement;
import io.tracingstack.operator.verification.PodView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a rehearsal's pod says about the change that it was made for. */
public sealed interface RehearsalDecision {
  /** It is not decided yet. */
  record Waiting(String message) implements RehearsalDecision {}

  /** The change may go into the workload. */
  record Passed(String message) implements RehearsalDecision {}

  /** The change stays out. */
  record Failed(Verdict verdict) implements RehearsalDecision {}

  /** Nobody looked while it lasted: once more. */
  record Missed() implements RehearsalDecision {}

  /**
   * What is known.
   *
   * @param pod the rehearsal's
   * @param expired whether the cluster ended it because its time was over
   * @param neighbours the workload's own pods
   * @param agent what its init container reported, see {@code AgentVerification} and {@code
   *     RepairVerification}
   * @param asked whether the proof is to be a request that its readiness probe describes; else it
   *     is enough that it becomes Ready with the change
   * @param judgement what the witnesses say of it; empty until it is Ready
   * @param pipelineVerified whether a span could be proven at all
   * @param verifyTimeout how long it may take to become Ready, and then to be proven
   */
  record Facts(
      PodView pod,
      boolean expired,
      List<PodView> neighbours,
      Finding agent,
      boolean asked,
      Optional<Judgement> judgement,
      boolean pipelineVerified,
      Duration verifyTimeout,
      Instant now) {}

  /** Decides; the first rule that fits does. */
  static RehearsalDecision of(Facts facts) {
    if (facts.expired()) {
      return new Missed();
    }
    Verdict verdict = blame(facts);
    if (verdict.kind().reverts()) {
      return new Failed(verdict);
    }
    if (facts.pod().life().deleting() || facts.pod().life().over()) {
      return failed(facts, Verdict.Kind.UNCLEAR, Reason.AWAITING_PODS, "it ended before its time");
    }
    if (Boolean.FALSE.equals(facts.agent().status())) {
      return untraced(facts, facts.agent());
    }
    if (facts.agent().holds() && facts.pod().ready()) {
      Optional<RehearsalDecision> proven = proven(facts);
      if (proven.isPresent()) {
        return proven.get();
      }
    }
    boolean over =
        !facts.pod().created().plus(facts.verifyTimeout().multipliedBy(2)).isAfter(facts.now());
    if (over && (facts.pipelineVerified() || !facts.pod().ready())) {
      return failed(
          facts,
          Verdict.Kind.UNCLEAR,
          facts.judgement().map(j -> j.finding().reason()).orElse(verdict.reason()),
          "it was not decided in time; " + sight(facts, verdict));
    }
    return new Waiting(sight(facts, verdict));
  }

  private static Verdict blame(Facts facts) {
    return Blame.of(
        new Blame.Facts(
            List.of(facts.pod()),
            facts.neighbours(),
            false,
            Optional.empty(),
            Optional.empty(),
            Duration.ZERO,
            facts.pod().created(),
            facts.verifyTimeout(),
            Optional.empty(),
            Optional.empty(),
            facts.now()));
  }

  /** Of a pod that is Ready with the change: whether that is enough, or will not become so. */
  private static Optional<RehearsalDecision> proven(Facts facts) {
    String name = facts.pod().name();
    if (!facts.asked()) {
      return Optional.of(
          new Passed(
              "pod %s became Ready with the change; it was not asked for a span, for there is no"
                      .formatted(name)
                  + " HTTP readiness probe, or rollout.proof is Passive"));
    }
    Finding finding =
        facts
            .judgement()
            .map(Judgement::finding)
            .orElseGet(() -> Finding.unknown(Reason.AWAITING_PROOF, "not asked yet"));
    if (finding.holds()) {
      return Optional.of(
          new Passed(
              "pod %s became Ready with the change, and %s".formatted(name, finding.message())));
    }
    if (finding.reason() == Reason.AWAITING_TRAFFIC) {
      return Optional.of(
          new Passed(
              "pod %s became Ready with the change, and nothing tells against it: %s"
                  .formatted(name, finding.message())));
    }
    boolean late =
        facts
            .pod()
            .readySince()
            .filter(since -> !since.plus(facts.verifyTimeout()).isAfter(facts.now()))
            .isPresent();
    return late && Boolean.FALSE.equals(finding.status()) && facts.pipelineVerified()
        ? Optional.of(untraced(facts, finding))
        : Optional.empty();
  }

  private static Failed failed(Facts facts, Verdict.Kind kind, Reason reason, String message) {
    return new Failed(
        new Verdict(kind, reason, message(facts, message), Optional.of(injected(facts))));
  }

  private static Failed untraced(Facts facts, Finding finding) {
    return new Failed(
        Verdict.untraced(finding, message(facts, finding.message()), Optional.of(injected(facts))));
  }

  private static String message(Facts facts, String text) {
    return "pod %s: %s".formatted(facts.pod().name(), text);
  }

  private static Culprit injected(Facts facts) {
    PodView pod = facts.pod();
    return new Culprit(pod.name(), pod.life().injected().stream().findFirst(), Optional.empty(), 0);
  }

  /** What there is to see of a pod that is not decided; no time that passes. */
  private static String sight(Facts facts, Verdict verdict) {
    if (verdict.kind() != Verdict.Kind.NONE) {
      return verdict.message();
    }
    return facts.pod().ready()
        ? facts.judgement().map(j -> j.finding().message()).orElse("it is Ready")
        : "pod %s is not Ready yet".formatted(facts.pod().name());
  }
}
