package io.tracingstack.operator.verification;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.status.Finding;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the evidence means.
 *
 * @param finding the condition Traced
 * @param witness what proved it: ProofRequest, StoreSearch or CollectorCount; empty when nothing
 *     did
 * @param traceId a trace to open, when one is known
 */
public record Judgement(Finding finding, Optional<String> witness, Optional<String> traceId) {
  /**
   * The agent exports every 5 s, the store shows a trace by id at once and by search after up to 15
   * s; before this time has passed silence means nothing.
   */
  public static final Duration PATIENCE = Duration.ofSeconds(25);

  /** An answered request that left no trace by then never will: the agent exports every 5 s. */
  public static final Duration PROOF_TIMEOUT = Duration.ofSeconds(15);

  /** Judges what serves for ever; {@code revision} is the injected content's. */
  public static Judgement of(Evidence evidence, String revision) {
    return of(evidence, revision, List.of());
  }

  /**
   * Judges.
   *
   * @param revision the injected content's
   * @param pods those that the evidence is about; a Job's are judged by what a run may be expected
   *     to show
   */
  public static Judgement of(Evidence evidence, String revision, List<PodView> pods) {
    return proven(evidence, revision)
        .orElseGet(
            () -> new Judgement(unproven(evidence, pods), Optional.empty(), Optional.empty()));
  }

  private static Optional<Judgement> proven(Evidence evidence, String revision) {
    if (evidence.foundById().isPresent()) {
      FoundTrace trace = evidence.foundById().get();
      return Optional.of(
          traced(
              "ProofRequest",
              trace.traceId(),
              "the proof request is in the store, %d spans".formatted(trace.spans().size())));
    }
    if (evidence.foundBySearch().isPresent()) {
      return Optional.of(
          traced(
              "StoreSearch",
              evidence.foundBySearch().get(),
              "the store has a span of revision " + revision));
    }
    if (!evidence.storeReadable() && evidence.counted().orElse(0) > 0) {
      return Optional.of(
          new Judgement(
              Finding.yes(
                  Reason.TRACED,
                  "the collector counted %d spans of revision %s; the backend cannot be read, so this"
                          .formatted(evidence.counted().getAsLong(), revision)
                      + " is all the proof there is"),
              Optional.of("CollectorCount"),
              Optional.empty()));
    }
    return Optional.empty();
  }

  private static Judgement traced(String witness, String traceId, String message) {
    return new Judgement(
        Finding.yes(Reason.TRACED, message), Optional.of(witness), Optional.of(traceId));
  }

  private static Finding unproven(Evidence evidence, List<PodView> pods) {
    boolean patient = evidence.waited().compareTo(PATIENCE) < 0;
    if (evidence.log().filter(l -> l == AgentLog.FAILED_TO_START).isPresent()) {
      return Finding.no(Reason.AGENT_DISABLED_ITSELF, "the agent reported that it failed to start");
    }
    if (patient) {
      return Finding.unknown(Reason.AWAITING_PROOF, "waiting for the first span of this revision");
    }
    if (evidence.counted().isEmpty()) {
      return Finding.unknown(Reason.COLLECTOR_UNREACHABLE, "no pod of the collector answers");
    }
    if (evidence.storeSilent().isPresent()) {
      return Finding.unknown(Reason.STORE_UNREACHABLE, evidence.storeSilent().get());
    }
    if (evidence.answered().filter(a -> a.compareTo(PROOF_TIMEOUT) < 0).isPresent()) {
      return Finding.unknown(
          Reason.AWAITING_PROOF, "a request was answered, its span may be on its way");
    }
    if (evidence.counted().getAsLong() > 0) {
      return Finding.no(
          Reason.NOT_IN_STORE,
          "the collector counted %d spans of this revision, the store has none"
              .formatted(evidence.counted().getAsLong()));
    }
    return pods.stream().anyMatch(p -> p.run().isPresent())
        ? silenceOfRun(evidence, pods)
        : silence(evidence);
  }

  /** Nothing counted, nothing stored. A run has no traffic to wait for; what it does, it does. */
  private static Finding silenceOfRun(Evidence evidence, List<PodView> pods) {
    Optional<AgentLog> log = evidence.log();
    if (log.filter(l -> l == AgentLog.EXPORT_FAILED).isPresent()) {
      return Finding.no(Reason.COLLECTOR_UNREACHABLE, "the agent reports that it cannot export");
    }
    if (pods.stream().anyMatch(p -> p.ended().isEmpty())) {
      return Finding.unknown(
          Reason.AWAITING_PROOF, "the run goes on, and no span of this revision was seen yet");
    }
    return log.filter(l -> l == AgentLog.SILENT).isPresent()
        ? Finding.no(
            Reason.AGENT_NOT_STARTED, "a run has ended, and its log shows no sign of the agent")
        : Finding.unknown(Reason.AWAITING_RUN, "no span was seen in the runs of this revision");
  }

  /** Nothing counted, nothing stored: was there anything to trace, and was the agent there? */
  private static Finding silence(Evidence evidence) {
    Optional<AgentLog> log = evidence.log();
    if (log.filter(l -> l == AgentLog.EXPORT_FAILED).isPresent()) {
      return Finding.no(Reason.COLLECTOR_UNREACHABLE, "the agent reports that it cannot export");
    }
    boolean traffic = evidence.proofRequest().filter(ProofRequest::answered).isPresent();
    if (!traffic) {
      String why =
          evidence
              .proofRequest()
              .flatMap(ProofRequest::failure)
              .map(f -> "the proof request got no answer (" + f + ")")
              .orElse("no request of the operator's (no HTTP readiness probe, or proof: Passive)");
      return Finding.unknown(Reason.AWAITING_TRAFFIC, why + ", and no span was seen yet");
    }
    if (log.filter(l -> l == AgentLog.STARTED).isPresent()) {
      return Finding.no(
          Reason.NO_INSTRUMENTED_LIBRARY,
          "the agent runs and a request was answered, but no span was made");
    }
    if (log.filter(l -> l == AgentLog.SILENT).isPresent()) {
      return Finding.no(
          Reason.AGENT_NOT_STARTED,
          "a request was answered, and the container's log shows no sign of the agent");
    }
    return Finding.no(
        Reason.NOT_ARRIVING, "a request was answered, but no span of this revision arrived");
  }
}
