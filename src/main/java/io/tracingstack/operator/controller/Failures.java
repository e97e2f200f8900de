package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.Condition;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Reverted;
import io.tracingstack.operator.api.v1alpha1.TracingStackStatus;
import io.tracingstack.operator.journey.Progress;
import io.tracingstack.operator.journey.Reverts;
import io.tracingstack.operator.journey.Settling;
import io.tracingstack.operator.journey.StatusDraft;
import io.tracingstack.operator.kube.ClusterWatch;
import io.tracingstack.operator.rollout.Blame;
import io.tracingstack.operator.rollout.FailureEvidence;
import io.tracingstack.operator.rollout.Verdict;
import io.tracingstack.operator.status.Conditions;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.verification.PodView;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds out whether a change is to be undone. That is written down first and done in the next pass:
 * an operator that dies in between must not take the undo for somebody else's.
 */
@ApplicationScoped
public class Failures {
  private static final Duration AT_ONCE = Duration.ofMillis(100);

  private final Surroundings surroundings;
  private final ClusterWatch watch;
  private final Clock clock;

  Failures(Surroundings surroundings, ClusterWatch watch, Clock clock) {
    this.surroundings = surroundings;
    this.watch = watch;
    this.clock = clock;
  }

  /**
   * The undo that pods in trouble call for. Trouble of which we are not the cause is told, and
   * everything else goes on.
   *
   * @param pods of the newest injected template
   */
  Optional<Progress> find(Subject subject, List<PodView> pods) {
    if (subject.stored().rollout().byRuns() && subject.draft().provenBefore(revision(subject))) {
      // Later runs fail for reasons of their own.
      return Optional.empty();
    }
    Verdict verdict = Blame.of(facts(subject, pods, List.of()));
    if (verdict.kind() == Verdict.Kind.NONE) {
      return Optional.empty();
    }
    verdict = Blame.of(facts(subject, pods, surroundings.former(subject, pods)));
    if (verdict.kind().reverts()) {
      return Optional.of(revert(subject, verdict));
    }
    if (verdict.kind() == Verdict.Kind.THEIRS) {
      subject
          .draft()
          .set(
              ConditionType.ROLLED_OUT,
              Finding.no(
                  Reason.WORKLOAD_UNHEALTHY,
                  "%s: %s".formatted(verdict.reason().apiName(), verdict.message())));
    }
    return Optional.empty();
  }

  /**
   * The undo of what runs well and is not traced, though it has had its time, and traffic.
   *
   * @param told the condition that says so
   * @param finding why it is not
   */
  Optional<Progress> findUnproven(
      Subject subject, List<PodView> pods, ConditionType told, Finding finding) {
    // A witness that does not answer says nothing against anybody.
    if (!Verdict.isFailure(finding)
        || subject.draft().provenBefore(revision(subject))
        || !isLate(subject, pods, told, finding.reason())) {
      return Optional.empty();
    }
    return Optional.of(
        revert(subject, Verdict.untraced(finding, finding.message(), Optional.empty())));
  }

  private static String revision(Subject subject) {
    return subject.plan().revision();
  }

  /**
   * Whether it has had its time: for so long its pods have served, the pipeline has worked and the
   * condition was false. That begins with traffic, which may come after hours, and whose first span
   * is counted long before a search finds it. What the collector counted, and the store has not, is
   * the store's to lose, until it has a canary that was sent later.
   */
  private boolean isLate(Subject subject, List<PodView> pods, ConditionType told, Reason reason) {
    Optional<Instant> ready =
        pods.stream().flatMap(p -> p.readySince().stream()).min(Comparator.naturalOrder());
    // While the pipeline is down nothing can be proven, and nobody is to blame for that.
    Optional<TracingStackStatus> stack = watch.stack(subject.stack().ref()).map(s -> s.getStatus());
    Optional<Instant> verified =
        stack.flatMap(s -> since(s.conditions(), ConditionType.PIPELINE_VERIFIED, "True"));
    Optional<Instant> unproven = since(subject.before().conditions(), told, "False");
    boolean mayBeLost =
        reason == Reason.NOT_IN_STORE
            && stack
                .map(TracingStackStatus::lastCanary)
                .filter(c -> unproven.filter(Instant.parse(c.time())::isAfter).isPresent())
                .isEmpty();
    Duration timeout = subject.stack().rollout().verifyTimeout();
    return !mayBeLost
        && Stream.of(ready, verified, unproven)
            .allMatch(
                since -> since.filter(s -> s.plus(timeout).isBefore(clock.instant())).isPresent());
  }

  private Blame.Facts facts(Subject subject, List<PodView> pods, List<PodView> former) {
    TracedWorkloadStatus before = subject.before();
    var taken = subject.draft().taken();
    boolean changed =
        !Objects.equals(taken.template(), subject.template())
            || Boolean.TRUE.equals(taken.riding());
    return new Blame.Facts(
        pods,
        former,
        changed,
        subject.draft().provenBefore(subject.plan().revision())
            ? Optional.of(Instant.parse(before.proof().firstSpan()))
            : Optional.empty(),
        Settling.known(before, revision(subject), subject.template())
            .map(s -> Instant.parse(s.time())),
        subject.stack().rollout().soak(),
        written(before),
        subject.stack().rollout().verifyTimeout(),
        subject.stored().rollout().stalled(),
        subject.stored().rollout().refused(),
        clock.instant());
  }

  /** A workload is admitted in the pass that writes. */
  Instant written(TracedWorkloadStatus before) {
    return since(before.conditions(), ConditionType.ADMITTED, "True").orElseGet(clock::instant);
  }

  /** Since when a condition has this status; empty when it has another. */
  private static Optional<Instant> since(
      List<Condition> conditions, ConditionType type, String status) {
    return Conditions.find(conditions, type)
        .filter(c -> status.equals(c.getStatus()))
        .map(Condition::getLastTransitionTime)
        .map(Instant::parse);
  }

  private Progress revert(Subject subject, Verdict verdict) {
    StatusDraft draft = subject.draft();
    Optional<String> log = verdict.culprit().flatMap(c -> surroundings.log(subject.namespace(), c));
    Finding undoing =
        Finding.no(
            Reason.REVERTING, "%s: %s".formatted(verdict.reason().apiName(), verdict.message()));
    Reverted failure =
        new Reverted(
            subject.plan().revision(),
            subject.template(),
            draft.taken().release(),
            verdict.reason().apiName(),
            verdict.message(),
            verdict.kind() == Verdict.Kind.OURS,
            false,
            StatusDraft.timestamp(clock.instant()),
            FailureEvidence.of(verdict, log).orElse(null));
    if (draft.reverted() == null) {
      draft.reverted(failure);
    } else {
      // It came back in place of what had failed; there is nothing more to come back.
      draft.reverted(Reverts.andOf(draft.reverted(), failure));
      draft.lastGood(null);
    }
    draft.set(ConditionType.INJECTED, undoing);
    return new Progress(draft.finish(clock.instant()), Optional.of(AT_ONCE));
  }
}
