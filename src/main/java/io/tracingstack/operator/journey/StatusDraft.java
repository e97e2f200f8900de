package io.tracingstack.operator.journey;

import io.fabric8.kubernetes.api.model.Condition;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.LlamaStackStatus;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.Rehearsal;
import io.tracingstack.operator.api.v1alpha1.StackRef;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.AgentReport;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.GoodAgent;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Plan;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Proof;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Reverted;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Settled;
import io.tracingstack.operator.api.v1alpha1.Turn;
import io.tracingstack.operator.status.Conditions;
import io.tracingstack.operator.status.Finding;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** A status in the making; an unchanged world ends in a status equal to the former one. */
public final class StatusDraft {
  /** How old the last span may grow before the collector is asked again: proof costs, too. */
  public static final Duration PROOF_AGE = Duration.ofMinutes(10);

  private final TracedWorkloadStatus before;
  private final Long generation;
  private final String retry;
  private final Conditions conditions = new Conditions();
  private StackRef stack;
  private String revision;
  private Turn candidate;
  private Turn taken;
  private Plan plan;
  private GoodAgent lastGood;
  private Settled settled;
  private Reverted reverted;
  private String handledRetry;
  private Rehearsal rehearsal;
  private Turn forgone;
  private AgentReport agent;
  private LlamaStackStatus llamaStack;
  private Proof proof;
  private List<String> lostInjections;
  private boolean waitsWithFormerContent;

  /**
   * @param retry value of the annotation tracingstack.io/retry, may be null
   */
  public StatusDraft(TracedWorkloadStatus before, Long generation, String retry) {
    this.before = before;
    this.generation = generation;
    this.retry = retry;
    this.lostInjections = before.lostInjections();
    this.taken = before.taken();
    this.lastGood = before.lastGood();
    this.reverted = before.reverted();
    this.handledRetry = before.handledRetry();
    this.rehearsal = Rehearsal.unlessGoingOn(before.rehearsal());
  }

  public void set(ConditionType type, Finding finding) {
    conditions.set(type, finding);
    if (type == ConditionType.PREFLIGHT && finding.holds()) {
      // A retry asks for another try; a pass that could try nothing leaves it to a later one.
      handledRetry = retry;
    }
  }

  /** Whether something was said of this condition. */
  public boolean has(ConditionType type) {
    return conditions.get(type).isPresent();
  }

  public void stack(StackRef stack) {
    this.stack = stack;
  }

  public void revision(String revision) {
    this.revision = revision;
  }

  public void agent(Optional<AgentReport> agent) {
    this.agent = agent.orElse(null);
  }

  /** What is known of a LlamaStack server. */
  public void llamaStack(LlamaStackStatus known) {
    this.llamaStack = known;
  }

  public LlamaStackStatus llamaStack() {
    return llamaStack;
  }

  /** The turn this workload waits for; none means that it wants nothing. */
  public void candidate(Turn wanted) {
    this.candidate = wanted;
  }

  /** The turn in which our fields were written. */
  public void taken(Turn turn) {
    this.taken = turn;
  }

  public Turn taken() {
    return taken;
  }

  /** A turn that was granted and not used, so that it must not be used later. */
  public void forgo(Turn turn) {
    this.forgone = turn;
  }

  /** The try of a change; one that goes on must be said to in each pass, or it is abandoned. */
  public void rehearsal(Rehearsal rehearsal) {
    this.rehearsal = rehearsal;
  }

  /** What would be done. */
  public void plan(Plan plan) {
    this.plan = plan;
  }

  public void lastGood(GoodAgent agent) {
    this.lastGood = agent;
  }

  /** That what is in has served for long without a proof. */
  public void settled(Optional<Settled> settled) {
    this.settled = settled.orElse(null);
  }

  /** What was undone, and why; null once the workload is tried again. */
  public void reverted(Reverted reverted) {
    this.reverted = reverted;
  }

  /** What was undone and is not tried again; null for nothing. */
  public Reverted reverted() {
    return reverted;
  }

  public void lostInjections(List<String> times) {
    this.lostInjections = times.isEmpty() ? null : times;
  }

  /** Something of ours is still in: the former stack must wait until it is out. */
  public void stillInjected() {
    this.stack = before.stack();
    this.revision = before.revision();
  }

  /** The stack cannot say what it wants, so everything stays as it is. */
  public TracedWorkloadStatus hold(Finding finding, Instant now) {
    return hold(ConditionType.SELECTED, finding, now);
  }

  /** The former status with this condition; a turn that was forgone is over. */
  public TracedWorkloadStatus hold(ConditionType type, Finding finding, Instant now) {
    conditions.set(type, finding);
    List<Condition> held = conditions.toList(before.conditions(), generation, now);
    List<Condition> others =
        before.conditions() == null
            ? List.of()
            : before.conditions().stream()
                .filter(c -> !c.getType().equals(type.apiName()))
                .toList();
    return new TracedWorkloadStatus(
        generation,
        finding.reason().apiName(),
        finding.text(),
        stack,
        before.revision(),
        forgone == null ? before.candidate() : null,
        forgone == null
            ? before.taken()
            : Turns.after(forgone, before.revision() == null ? null : before.taken()),
        before.plan(),
        before.agent(),
        before.llamaStack(),
        before.proof(),
        before.lastGood(),
        before.settled(),
        before.reverted(),
        before.rehearsal(),
        before.lostInjections(),
        before.handledRetry(),
        Stream.concat(held.stream(), others.stream()).toList());
  }

  /**
   * Sets the condition RolledOut. Until the workload's controller has looked at a change, what was
   * known before stands: a mere annotation on a Deployment makes such a moment.
   */
  public Finding rolledOut(Finding present, boolean observed) {
    Finding finding =
        !observed && present.reason() == Reason.PROGRESSING
            ? former(ConditionType.ROLLED_OUT).orElse(present)
            : present;
    conditions.set(ConditionType.ROLLED_OUT, finding);
    return finding;
  }

  /**
   * Sets the condition RolledOut of what takes its pod template with each run. Where one has taken
   * it and was proven, what becomes of later runs is their own affair.
   */
  public Finding takenByRun(Finding present) {
    Finding finding =
        present.holds() || !shownBefore(ConditionType.TRACED)
            ? present
            : former(ConditionType.ROLLED_OUT).orElse(present);
    conditions.set(ConditionType.ROLLED_OUT, finding);
    return finding;
  }

  /** Sets what needs pods to be seen, while there are none: as the last run showed it, if any. */
  public void betweenRuns(Finding awaiting) {
    for (ConditionType type : List.of(ConditionType.AGENT_VERIFIED, ConditionType.ROLLED_OUT)) {
      conditions.set(type, former(type).orElse(awaiting));
    }
    agent = shownBefore(ConditionType.AGENT_VERIFIED) ? before.agent() : null;
  }

  /** Whether the present status says of this revision that the condition holds. */
  public boolean shownBefore(ConditionType type) {
    return Objects.equals(revision, before.revision())
        && Conditions.isTrue(before.conditions(), type);
  }

  /** The condition as the present status has it, if it holds for this revision. */
  private Optional<Finding> former(ConditionType type) {
    return Conditions.find(before.conditions(), type)
        .filter(c -> shownBefore(type))
        .flatMap(
            c ->
                Conditions.reasonOf(before.conditions(), type)
                    .map(reason -> Finding.yes(reason, c.getMessage())));
  }

  /** Whether the present status gives this reason. */
  public boolean said(ConditionType type, Reason reason) {
    return Conditions.reasonOf(before.conditions(), type).filter(r -> r == reason).isPresent();
  }

  /** Keeps an earlier proof if it is one of this content and this pod template. */
  public boolean keepProof(String revision, String templateRevision) {
    Proof former = before.proof();
    boolean still =
        former != null
            && revision.equals(before.revision())
            && templateRevision.equals(former.templateRevision())
            && Conditions.isTrue(before.conditions(), ConditionType.TRACED);
    if (still) {
      proof = former;
      String message =
          Conditions.find(before.conditions(), ConditionType.TRACED).orElseThrow().getMessage();
      conditions.set(ConditionType.TRACED, Finding.yes(Reason.TRACED, message));
    }
    return still;
  }

  /** Whether the kept proof is so old that later spans should be looked for. */
  public boolean proofIsOld(Instant now) {
    return proof != null
        && Instant.parse(proof.lastSpan())
            .plus(PROOF_AGE)
            .isBefore(now.truncatedTo(ChronoUnit.SECONDS));
  }

  /**
   * Notes what the collector has counted by now. A counter that went down began anew with its pod,
   * so anything in it is new; none left, because it expired, is no news.
   */
  public void seenAgain(long spans, Instant now) {
    if (spans > 0 && (proof.spans() == null || spans != proof.spans())) {
      proof =
          new Proof(
              proof.witness(),
              proof.traceId(),
              proof.pod(),
              proof.templateRevision(),
              proof.firstSpan(),
              timestamp(now),
              spans);
    }
  }

  /** Whether the kept proof's last span is older than the given time. */
  public boolean silentFor(Duration time, Instant now) {
    return proof != null && Instant.parse(proof.lastSpan()).plus(time).isBefore(now);
  }

  /** Whether pods of an earlier template with the same injected content were proven. */
  public boolean provenBefore(String revision) {
    return before.proof() != null && revision.equals(before.revision());
  }

  /** Whether these very pods' template was proven with it, so that silence is a change. */
  public boolean provenBefore(String revision, String templateRevision) {
    return provenBefore(revision) && templateRevision.equals(before.proof().templateRevision());
  }

  /** Records a proof. */
  public void proven(Finding finding, Proof found) {
    conditions.set(ConditionType.TRACED, finding);
    proof = found;
  }

  /** Records that there is no proof of the present pods; an earlier one of this content stays. */
  public void unproven(Finding finding) {
    conditions.set(ConditionType.TRACED, finding);
    // With another revision beside it, it would be taken for a proof of that one.
    proof = Objects.equals(revision, before.revision()) ? before.proof() : null;
  }

  /** What is in stays and counts, while the next change waits for its turn. */
  public void waitsWithFormerContent() {
    waitsWithFormerContent = true;
  }

  /** The finished status. */
  public TracedWorkloadStatus finish(Instant now) {
    Optional<Map.Entry<ConditionType, Finding>> unmet =
        conditions.firstUnmet(
            waitsWithFormerContent
                ? ConditionType.JOURNEY.stream().filter(t -> t != ConditionType.ADMITTED).toList()
                : ConditionType.JOURNEY);
    Finding decisive =
        unmet
            .map(Map.Entry::getValue)
            .or(() -> conditions.get(ConditionType.TRACED))
            .orElseThrow(() -> new IllegalStateException("no condition was set"));
    return new TracedWorkloadStatus(
        generation,
        decisive.reason().apiName(),
        decisive.text(),
        stack,
        revision,
        candidate,
        forgone == null ? taken : Turns.after(forgone, revision == null ? null : taken),
        plan,
        agent,
        llamaStack,
        proof,
        lastGood,
        settled,
        reverted,
        rehearsal,
        lostInjections,
        handledRetry,
        conditions.toList(before.conditions(), generation, now));
  }

  /** A point in time as statuses hold it. */
  public static String timestamp(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
