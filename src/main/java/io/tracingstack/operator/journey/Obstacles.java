package io.tracingstack.operator.journey;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.injection.AcceptedRisks;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.injection.TightLimits;
import io.tracingstack.operator.injection.WorkloadView;
import io.tracingstack.operator.verification.PodTrouble;
import io.tracingstack.operator.verification.PodView;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What around a workload forbids to change it now. It says nothing about what is in it already: a
 * refusal is a reason not to write, and none to take something out.
 */
public final class Obstacles {
  /** How long a killing for memory counts: the next peak is likely to come as well. */
  private static final Duration KILLED_LATELY = Duration.ofHours(1);

  /** A pod that is younger may still be starting: Kubernetes' default progress deadline. */
  private static final Duration STARTING = Duration.ofMinutes(10);

  private Obstacles() {}

  /**
   * What is known.
   *
   * @param workload as it is stored, injected or not
   * @param plan what would be written
   * @param surge how its controller makes room for new pods
   * @param pods all pods of the workload
   * @param quotas all of the namespace
   * @param limitRanges all of the namespace
   * @param claims those that a LlamaStack server mounts; none for other workloads
   * @param riding whether the change is to go along with a rollout of the workload's own
   */
  public record Facts(
      WorkloadView workload,
      InjectionPlan plan,
      RolloutView rollout,
      Surge surge,
      List<PodView> pods,
      List<ResourceQuota> quotas,
      List<LimitRange> limitRanges,
      List<PersistentVolumeClaim> claims,
      boolean riding,
      Instant now) {

    /** Those that somebody still means to run. */
    private List<PodView> present() {
      return pods.stream().filter(p -> !p.life().deleting() && !p.life().over()).toList();
    }
  }

  /** The first obstacle; none for a workload that has in it what it should. */
  public static Optional<Refusal> find(Facts facts) {
    if (facts.plan().isAppliedTo(facts.workload().template())) {
      return Optional.empty();
    }
    AcceptedRisks accepted = facts.workload().acceptedRisks();
    return Stream.of(health(facts).stream(), volumes(facts).stream(), room(facts))
        .flatMap(refusals -> refusals)
        .filter(refusal -> !accepted.cover(refusal))
        .findFirst();
  }

  private static Optional<Refusal> health(Facts facts) {
    RolloutView rollout = facts.rollout();
    // A CronJob that is suspended takes the template with the first run after that.
    if (rollout.paused() && !rollout.byRuns()) {
      return refuse(Reason.PAUSED_DEPLOYMENT, "the Deployment is paused");
    }
    if (rollout.wantsNone()) {
      return Optional.empty();
    }
    return troubled(facts)
        .or(
            () ->
                rollout
                    .refused()
                    .flatMap(
                        r ->
                            refuse(
                                Reason.WORKLOAD_UNHEALTHY,
                                "no pod can be created: " + r.message())))
        .or(() -> rollout.stalled().flatMap(s -> refuse(Reason.WORKLOAD_UNHEALTHY, s)))
        .or(() -> unfinished(facts));
  }

  private static Optional<Refusal> troubled(Facts facts) {
    record Case(PodView pod, PodTrouble trouble) {}
    return facts.pods().stream()
        .filter(p -> !p.life().deleting())
        .flatMap(p -> p.troubles().stream().map(t -> new Case(p, t)))
        .filter(c -> !c.trouble().kind().isOfTheNode() && matters(c.trouble(), facts.now()))
        .min(
            Comparator.comparing(Case::trouble, PodTrouble.ORDER)
                .thenComparing(c -> c.pod().name()))
        .flatMap(
            c ->
                refuse(
                    Reason.WORKLOAD_UNHEALTHY,
                    "pod %s: %s".formatted(c.pod().name(), c.trouble().message())));
  }

  private static boolean matters(PodTrouble trouble, Instant now) {
    return trouble.kind() == PodTrouble.Kind.OUT_OF_MEMORY
        ? trouble.matters(now, KILLED_LATELY)
        : trouble.matters(now);
  }

  /** Pods that are not there yet, or not yet ready, are a rollout; pods that were are a failure. */
  private static Optional<Refusal> unfinished(Facts facts) {
    RolloutView rollout = facts.rollout();
    boolean rolling =
        !rollout.observed()
            || (!rollout.onDelete() && rollout.updated() < rollout.desired() - rollout.kept())
            || (!rollout.onDelete() && rollout.kept() == 0 && rollout.total() > rollout.updated());
    boolean missing = rollout.available() < rollout.desired();
    Optional<PodView> failed =
        facts.present().stream()
            .filter(p -> !p.ready() && p.created().isBefore(facts.now().minus(STARTING)))
            .min(Comparator.comparing(PodView::name));
    String counts =
        "%d of %d pods are available, %d of the present template"
            .formatted(rollout.available(), rollout.desired(), rollout.updated());
    if (missing && !rolling && failed.isPresent()) {
      return refuse(
          Reason.WORKLOAD_UNHEALTHY, counts + "; pod " + failed.get().name() + " is not ready");
    }
    return (rolling || missing) && !facts.riding()
        ? refuse(Reason.ROLLOUT_IN_PROGRESS, counts)
        : Optional.empty();
  }

  private static Optional<Refusal> volumes(Facts facts) {
    return facts.riding()
        ? Optional.empty()
        : VolumeDeadlock.check(facts.surge(), facts.rollout().desired(), facts.claims());
  }

  /** What the pods need that they may not have, by the figures of the namespace. */
  private static Stream<Refusal> room(Facts facts) {
    PodSpec base = Footprint.strip(facts.workload().template()).getSpec();
    PodSpec before = AdmittedPod.of(base, facts.limitRanges());
    PodSpec after = AdmittedPod.of(withOurs(base, facts.plan()), facts.limitRanges());
    PodResources was = PodResources.of(before);
    PodResources becomes = PodResources.of(after);
    Optional<Container> ours =
        after.getInitContainers().stream().filter(c -> Footprint.isOurs(c.getName())).findFirst();
    boolean agent = ours.filter(c -> Footprint.NAME.equals(c.getName())).isPresent();
    return Stream.of(
            facts.workload().isInjected() || !agent
                ? Stream.<Refusal>empty()
                : firstTime(facts, base, before),
            ours.flatMap(c -> LimitRangeRules.check(facts.limitRanges(), was, becomes, c)).stream(),
            quota(facts, was, becomes, ours).stream())
        .flatMap(refusals -> refusals);
  }

  private static PodSpec withOurs(PodSpec base, InjectionPlan plan) {
    return new PodSpecBuilder(base)
        .addAllToInitContainers(plan.fragment().getSpec().getInitContainers())
        .build();
  }

  /** Pods that run with the agent have shown that they can. */
  private static Stream<Refusal> firstTime(Facts facts, PodSpec base, PodSpec admitted) {
    List<String> targets = facts.plan().containers();
    boolean tightByItself = TightLimits.check(base, targets).findAny().isPresent();
    return Stream.concat(
        tightByItself
            ? Stream.empty()
            : TightLimits.check(admitted, targets)
                .map(
                    r ->
                        new Refusal(
                            r.reason(), r.message() + " (the limit is a LimitRange's default)")),
        admitted.getContainers().stream()
            .filter(c -> targets.contains(c.getName()))
            .flatMap(c -> StartTime.check(c, facts.present()).stream()));
  }

  private static Optional<Refusal> quota(
      Facts facts, PodResources before, PodResources after, Optional<Container> ours) {
    int pods = facts.rollout().desired();
    if (pods == 0) {
      return Optional.empty();
    }
    // A rollout that goes on has its surge already.
    boolean surge = facts.surge().added() > 0 && facts.surge().missing() == 0 && !facts.riding();
    return new QuotaRoom(before, after, ours, pods, surge).check(facts.quotas());
  }

  private static Optional<Refusal> refuse(Reason reason, String message) {
    return Optional.of(new Refusal(reason, message));
  }
}
