package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.Pod;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.journey.AgentVerification;
import io.tracingstack.operator.journey.ModelServers;
import io.tracingstack.operator.journey.RepairVerification;
import io.tracingstack.operator.kube.ClusterWatch;
import io.tracingstack.operator.rehearsal.RehearsalDecision;
import io.tracingstack.operator.status.Conditions;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.verification.Evidence;
import io.tracingstack.operator.verification.Judgement;
import io.tracingstack.operator.verification.PodView;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Looks at a rehearsal's pod, asks the witnesses about it, and has it decided. */
@ApplicationScoped
public class RehearsalView {
  private static final Duration SOON = Duration.ofMillis(500);
  private static final Duration WHILE_PATIENT = Duration.ofSeconds(2);
  private static final Duration WHILE_UNDECIDED = Duration.ofSeconds(15);

  private final Witnesses witnesses;
  private final Surroundings surroundings;
  private final ClusterWatch watch;
  private final Clock clock;

  RehearsalView(Witnesses witnesses, Surroundings surroundings, ClusterWatch watch, Clock clock) {
    this.witnesses = witnesses;
    this.surroundings = surroundings;
    this.watch = watch;
    this.clock = clock;
  }

  /**
   * What was seen.
   *
   * @param lookAgain when, if it is not decided
   */
  record Look(RehearsalDecision decision, Duration lookAgain) {}

  /**
   * Looks.
   *
   * @param plan that the pod was made from
   */
  Look look(Subject subject, InjectionPlan plan, Pod pod) {
    PodView seen = PodView.of(pod);
    Finding agent = agent(subject, seen);
    boolean asked =
        subject.answersWithSpans()
            && subject.stack().rollout().proof() == RolloutSpec.Proof.READINESS_REQUEST
            && seen.readinessProbe().isPresent();
    Optional<Evidence> evidence =
        asked && agent.holds() && seen.ready()
            ? Optional.of(gather(subject, plan, seen))
            : Optional.empty();
    RehearsalDecision decision =
        RehearsalDecision.of(
            new RehearsalDecision.Facts(
                seen,
                pod.getStatus() != null && "DeadlineExceeded".equals(pod.getStatus().getReason()),
                surroundings.former(subject, List.of()),
                agent,
                asked,
                evidence.map(e -> Judgement.of(e, plan.revision())),
                pipelineVerified(subject),
                subject.stack().rollout().verifyTimeout(),
                clock.instant()));
    boolean patient =
        evidence.filter(e -> e.waited().compareTo(Judgement.PATIENCE) < 0).isPresent();
    return new Look(
        decision,
        witnesses.proofIsFresh(key(uid(subject)))
            ? SOON
            : patient ? WHILE_PATIENT : WHILE_UNDECIDED);
  }

  private static Finding agent(Subject subject, PodView pod) {
    if (subject.isLlamaStack()) {
      return RepairVerification.finding(List.of(pod));
    }
    return subject.isVllm()
        ? ModelServers.agent()
        : AgentVerification.finding(List.of(pod), subject.instrumentation().agentSha256());
  }

  /** Forgets the rehearsals of a TracedWorkload. */
  void forget(String uid) {
    witnesses.forget(key(uid));
  }

  private Evidence gather(Subject subject, InjectionPlan plan, PodView pod) {
    return witnesses.gather(
        new Witnesses.Subject(
            key(uid(subject)),
            subject.namespace(),
            plan.revision(),
            List.of(pod),
            subject.agentContainer(plan),
            false,
            true,
            true),
        subject.stack());
  }

  private boolean pipelineVerified(Subject subject) {
    return watch
        .stack(subject.stack().ref())
        .map(s -> s.getStatus())
        .filter(s -> Conditions.isTrue(s.conditions(), ConditionType.PIPELINE_VERIFIED))
        .isPresent();
  }

  /** Requests to a rehearsal's pod are not those to the workload's. */
  private static String key(String uid) {
    return uid + "/rehearsal";
  }

  private static String uid(Subject subject) {
    return subject.tw().getMetadata().getUid();
  }
}
