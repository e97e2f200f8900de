package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.journey.Turns.Wish;
import io.tracingstack.operator.kube.RehearsalPods;
import io.tracingstack.operator.rehearsal.RehearsalPod;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Whether a change is to be rehearsed, with what, and what stands in the way. */
@ApplicationScoped
public class RehearsalPlans {
  private final RehearsalPods pods;
  private final Injections injections;

  RehearsalPlans(RehearsalPods pods, Injections injections) {
    this.pods = pods;
    this.injections = injections;
  }

  /**
   * Whether this change is to be tried first. What restarts nothing, or restarts by its owner's
   * doing and not for us, has nothing to gain from it.
   */
  static boolean wanted(Subject subject, Wish wish) {
    if (subject.stored().rollout().restartsNothing() || wish.riding()) {
      return false;
    }
    String own = subject.stored().view().annotations().getOrDefault(Labels.REHEARSAL, "");
    return switch (own) {
      case "true" -> true;
      case "false" -> false;
      default -> subject.stack().rollout().rehearsal() == RolloutSpec.Rehearsal.ALWAYS;
    };
  }

  /** The pod as it would be created. */
  static RehearsalPod pod(Subject subject, InjectionPlan plan) {
    return RehearsalPod.of(subject.stored().view(), plan, owner(subject));
  }

  /**
   * The same content under a revision of its own: spans of the rehearsal prove nothing about the
   * workload.
   */
  InjectionPlan plan(Subject subject) {
    return injections
        .rehearsal(subject.tw(), subject.stored(), subject.instrumentation())
        .plan()
        .orElseThrow();
  }

  private static RehearsalPod.Owner owner(Subject subject) {
    return new RehearsalPod.Owner(
        new OwnerReferenceBuilder()
            .withApiVersion(subject.tw().getApiVersion())
            .withKind(subject.tw().getKind())
            .withName(subject.tw().getMetadata().getName())
            .withUid(uid(subject))
            .withController(true)
            .build(),
        subject.stack().rollout().verifyTimeout());
  }

  private static String uid(Subject subject) {
    return subject.tw().getMetadata().getUid();
  }

  /** Why a rehearsal that is wanted for this change could not even begin. */
  Optional<Refusal> refusal(Subject subject, Wish wish) {
    return wanted(subject, wish) ? refusal(subject, plan(subject)) : Optional.empty();
  }

  /** Why a rehearsal of this plan could not begin. */
  Optional<Refusal> refusal(Subject subject, InjectionPlan plan) {
    String namespace = subject.namespace();
    Optional<Refusal> impossible =
        RehearsalPod.obstacle(
            subject.stored().view(), plan, owner(subject), pods.budgets(namespace));
    if (impossible.isPresent()) {
      return impossible;
    }
    if (!pods.allowed(namespace)) {
      return Optional.of(
          new Refusal(
              Reason.REHEARSAL_FORBIDDEN,
              "a rehearsal is wanted, and the operator may not create pods in namespace"
                  + " %s; an administrator grants it by: %s"
                      .formatted(namespace, pods.howToAllow())));
    }
    return pods.refusal(pod(subject, plan).pod())
        .map(words -> new Refusal(Reason.REHEARSAL_REFUSED, words));
  }
}
