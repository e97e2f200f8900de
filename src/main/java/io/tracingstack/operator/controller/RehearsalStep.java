package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.Pod;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.Rehearsal;
import io.tracingstack.operator.api.v1alpha1.Rehearsal.Outcome;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.Turn;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.journey.Progress;
import io.tracingstack.operator.journey.Turns.Wish;
import io.tracingstack.operator.kube.RehearsalPods;
import io.tracingstack.operator.rehearsal.RehearsalDecision;
import io.tracingstack.operator.rehearsal.RehearsalPod;
import io.tracingstack.operator.rollout.FailureEvidence;
import io.tracingstack.operator.rollout.Verdict;
import io.tracingstack.operator.status.Finding;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Tries a change in a pod of its own before it is written into the workload. What is about to be
 * done is in the status before it is done: that the pod may exist before it is created, and how it
 * ended, with the evidence, before it is deleted. So an operator that starts anew goes on.
 */
@ApplicationScoped
public class RehearsalStep {
  private static final Duration AT_ONCE = Duration.ofMillis(100);

  /** An event tells of a pod that is gone; this only bounds what a lost one costs. */
  private static final Duration WHILE_ENDING = Duration.ofSeconds(5);

  private static final Duration WHILE_BLOCKED = Duration.ofSeconds(30);

  private final RehearsalPods pods;
  private final RehearsalView view;
  private final RehearsalPlans plans;
  private final Surroundings surroundings;

  RehearsalStep(
      RehearsalPods pods, RehearsalView view, RehearsalPlans plans, Surroundings surroundings) {
    this.pods = pods;
    this.view = view;
    this.plans = plans;
    this.surroundings = surroundings;
  }

  /**
   * Why the change is not written now.
   *
   * @param type the condition that says so
   * @param turn the granted turn, if it is kept
   */
  record Hold(
      ConditionType type, Finding finding, Optional<Turn> turn, Optional<Duration> lookAgain) {
    private static Hold rehearsing(String message, Turn turn, Duration lookAgain) {
      return new Hold(
          ConditionType.ADMITTED,
          Finding.no(Reason.REHEARSING, message),
          Optional.ofNullable(turn),
          Optional.of(lookAgain));
    }

    private static Hold refused(Refusal refusal) {
      return new Hold(
          ConditionType.PREFLIGHT,
          Finding.no(refusal.reason(), refusal.message()),
          Optional.empty(),
          Optional.of(WHILE_BLOCKED));
    }
  }

  /** Goes on with a rehearsal that has begun, and minds what came of one. */
  Optional<Hold> proceed(Subject subject, Wish wish) {
    Rehearsal rehearsal = subject.before().rehearsal();
    if (rehearsal == null) {
      return Optional.empty();
    }
    boolean ours = rehearsal.isOf(subject.plan().revision(), subject.template());
    boolean retried = subject.before().retriedBy(subject.retry());
    Turn turn = wish instanceof Wish.Granted granted ? granted.turn() : null;
    if (ours && RehearsalPlans.wanted(subject, wish)) {
      switch (rehearsal.outcome()) {
        case RUNNING -> {
          if (turn != null) {
            return Optional.of(goOn(subject, rehearsal, turn));
          }
        }
        case PASSED -> {
          return rehearsal.pod() == null
              ? Optional.empty()
              : Optional.of(
                  Hold.rehearsing(
                      "the rehearsal has passed, and its pod ends", turn, WHILE_ENDING));
        }
        case FAILED -> {
          if (!retried) {
            return Optional.of(
                new Hold(
                    ConditionType.ADMITTED,
                    Finding.no(
                        Reason.REHEARSAL_FAILED,
                        "%s: %s".formatted(rehearsal.reason(), rehearsal.message())),
                    Optional.empty(),
                    Optional.empty()));
          }
        }
        default -> {
          // Abandoned: nothing is known from it.
        }
      }
    }
    abandon(subject, rehearsal);
    return Optional.empty();
  }

  private static void abandon(Subject subject, Rehearsal rehearsal) {
    Rehearsal over = rehearsal.ended(Outcome.ABANDONED, null, null, null, null);
    subject.draft().rehearsal(over.pod() == null ? null : over);
  }

  /** Begins, unless the change need not be tried, or has been. */
  Optional<Hold> begin(Subject subject, Turn turn) {
    Rehearsal known = subject.before().rehearsal();
    if (!RehearsalPlans.wanted(subject, new Wish.Granted(turn))
        || (known != null
            && known.outcome() == Outcome.PASSED
            && known.isOf(turn.revision(), turn.template()))) {
      return Optional.empty();
    }
    if (clear(subject.tw())) {
      return Optional.of(
          Hold.rehearsing("the pod of an earlier rehearsal ends", turn, WHILE_ENDING));
    }
    InjectionPlan plan = plans.plan(subject);
    Optional<Refusal> refusal = plans.refusal(subject, plan);
    if (refusal.isPresent()) {
      return Optional.of(Hold.refused(refusal.get()));
    }
    RehearsalPod pod = RehearsalPlans.pod(subject, plan);
    Rehearsal rehearsal =
        Rehearsal.begin(turn, pod.pod().getMetadata().getName(), pod.emptyVolumes());
    subject.draft().rehearsal(rehearsal);
    return Optional.of(Hold.rehearsing(about(rehearsal), turn, AT_ONCE));
  }

  private Hold goOn(Subject subject, Rehearsal rehearsal, Turn turn) {
    InjectionPlan plan = plans.plan(subject);
    List<Pod> found =
        pods.of(subject.namespace(), uid(subject)).stream()
            .filter(p -> p.getMetadata().getName().equals(rehearsal.pod()))
            .toList();
    if (found.isEmpty() && rehearsal.started() == null) {
      Optional<String> refused = pods.create(RehearsalPlans.pod(subject, plan).pod());
      if (refused.isPresent()) {
        abandon(subject, rehearsal);
        return Hold.refused(new Refusal(Reason.REHEARSAL_REFUSED, refused.get()));
      }
      subject.draft().rehearsal(rehearsal);
      return Hold.rehearsing(about(rehearsal), turn, AT_ONCE);
    }
    if (found.isEmpty()) {
      return fail(
          subject,
          rehearsal,
          new Verdict(
              Verdict.Kind.UNCLEAR,
              Reason.AWAITING_PODS,
              "somebody deleted pod %s before it was decided".formatted(rehearsal.pod()),
              Optional.empty()));
    }
    Pod pod = found.get(0);
    Rehearsal started = rehearsal.startedAt(pod.getMetadata().getCreationTimestamp());
    RehearsalView.Look look = view.look(subject, plan, pod);
    if (look.decision() instanceof RehearsalDecision.Passed passed) {
      subject.draft().rehearsal(started.ended(Outcome.PASSED, null, passed.message(), null, null));
      return Hold.rehearsing("the rehearsal has passed, and its pod ends", turn, AT_ONCE);
    }
    if (look.decision() instanceof RehearsalDecision.Failed failed) {
      return fail(subject, started, failed.verdict());
    }
    if (look.decision() instanceof RehearsalDecision.Missed) {
      abandon(subject, started);
      return Hold.rehearsing("its pod's time was over before anybody looked", turn, AT_ONCE);
    }
    subject.draft().rehearsal(started);
    return Hold.rehearsing(
        about(rehearsal) + "; " + ((RehearsalDecision.Waiting) look.decision()).message(),
        turn,
        look.lookAgain());
  }

  /** The turn is over; what is known of the failed pod is kept, for that is deleted next. */
  private Hold fail(Subject subject, Rehearsal rehearsal, Verdict verdict) {
    Optional<String> log = verdict.culprit().flatMap(c -> surroundings.log(subject.namespace(), c));
    subject
        .draft()
        .rehearsal(
            rehearsal.ended(
                Outcome.FAILED,
                verdict.reason().apiName(),
                verdict.message(),
                verdict.kind() == Verdict.Kind.OURS,
                FailureEvidence.of(verdict, log).orElse(null)));
    return new Hold(
        ConditionType.ADMITTED,
        Finding.no(
            Reason.REHEARSAL_FAILED,
            "%s: %s".formatted(verdict.reason().apiName(), verdict.message())),
        Optional.empty(),
        Optional.of(AT_ONCE));
  }

  /**
   * Deletes the pod of a rehearsal that is over, once its outcome is written down, and says when it
   * is gone.
   */
  Progress tidy(TracedWorkload tw, TracedWorkloadStatus before, Progress progress) {
    Rehearsal rehearsal = progress.status().rehearsal();
    if (rehearsal == null || rehearsal.pod() == null || rehearsal.outcome() == Outcome.RUNNING) {
      return progress;
    }
    if (before.rehearsal() == null || before.rehearsal().outcome() != rehearsal.outcome()) {
      return progress.within(AT_ONCE);
    }
    view.forget(tw.getMetadata().getUid());
    return clear(tw)
        ? progress.within(WHILE_ENDING)
        : new Progress(progress.status().with(rehearsal.withoutPod()), progress.lookAgain())
            .within(AT_ONCE);
  }

  /**
   * Deletes all pods of a workload's rehearsals.
   *
   * @return whether any were there
   */
  boolean clear(TracedWorkload tw) {
    return pods.clear(tw.getMetadata().getNamespace(), tw.getMetadata().getUid());
  }

  private static String uid(Subject subject) {
    return subject.tw().getMetadata().getUid();
  }

  private static String about(Rehearsal rehearsal) {
    return "pod %s is tried with the change%s"
        .formatted(
            rehearsal.pod(),
            rehearsal.emptyVolumes() == null
                ? ""
                : ", with empty volumes in place of " + rehearsal.emptyVolumes());
  }
}
