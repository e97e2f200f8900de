package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.api.v1alpha1.StackRef;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadSpec;
import io.tracingstack.operator.api.v1alpha1.TracingStackStatus;
import io.tracingstack.operator.api.v1alpha1.Turn;
import io.tracingstack.operator.kube.OperatorMetrics;
import io.tracingstack.operator.rollout.Member;
import io.tracingstack.operator.rollout.RolloutDecision;
import io.tracingstack.operator.stack.StackPlan;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Grants turns to the workloads of one stack, as its rollout allows. */
@ApplicationScoped
public class RolloutStep {
  private static final Logger LOG = Logger.getLogger(RolloutStep.class);
  private static final Duration LEAST = Duration.ofSeconds(1);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);

  /** A workload that another stack serves from now on leaves its slot without an event for us. */
  private static final Duration WHILE_IN_QUEUE = Duration.ofSeconds(30);

  private final KubernetesClient client;
  private final OperatorMetrics metrics;
  private final Clock clock;

  /** Turns granted that the cache does not show yet, by the TracedWorkload's uid. */
  private final Map<String, Turn> granted = new ConcurrentHashMap<>();

  private final Set<StackRef> begun = ConcurrentHashMap.newKeySet();

  RolloutStep(KubernetesClient client, OperatorMetrics metrics, Clock clock) {
    this.client = client;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** What came of it, and when to look again without an event. */
  record Outcome(
      RolloutDecision.Decision decision,
      TracingStackStatus.Rollout status,
      Optional<Duration> lookAgain) {}

  /**
   * Decides, and grants.
   *
   * @param known the stack's workloads as the cache has them
   * @param pipelineVerified whether a span of the operator's own goes through
   */
  Outcome advance(StackPlan plan, Collection<TracedWorkload> known, boolean pipelineVerified) {
    // The first time the cache may be behind what the last leader granted.
    Collection<TracedWorkload> workloads = begun.contains(plan.ref()) ? known : read(plan.ref());
    begun.add(plan.ref());
    RolloutDecision.Decision decision =
        RolloutDecision.next(
            plan.rollout(),
            plan.instrumentation().release(),
            workloads.stream().map(this::withGranted).map(Member::of).toList(),
            pipelineVerified,
            clock.instant());
    Map<String, TracedWorkload> byName =
        workloads.stream().collect(Collectors.toMap(RolloutStep::nameOf, tw -> tw));
    boolean failed = false;
    for (Member member : decision.admit()) {
      failed |= !grant(byName.get(member.namespace() + "/" + member.name()));
    }
    return new Outcome(
        decision,
        new TracingStackStatus.Rollout(
            decision.stage().apiName(),
            decision.message(),
            decision.running(),
            decision.waiting(),
            decision.failures(),
            decision.next().isEmpty() ? null : decision.next()),
        failed ? Optional.of(AFTER_FAILURE) : lookAgain(decision));
  }

  private Optional<Duration> lookAgain(RolloutDecision.Decision decision) {
    boolean inQueue = decision.running() > 0 && decision.waiting() > 0;
    return Stream.concat(
            decision
                .lookAgainAt()
                .map(at -> Duration.between(clock.instant(), at))
                .map(wait -> wait.compareTo(LEAST) < 0 ? LEAST : wait)
                .stream(),
            inQueue ? Stream.of(WHILE_IN_QUEUE) : Stream.empty())
        .min(Comparator.naturalOrder());
  }

  /** Forgets a stack that goes. */
  void forget(StackRef ref) {
    begun.remove(ref);
  }

  private static String nameOf(TracedWorkload tw) {
    return tw.getMetadata().getNamespace() + "/" + tw.getMetadata().getName();
  }

  private Collection<TracedWorkload> read(StackRef ref) {
    return client.resources(TracedWorkload.class).inAnyNamespace().list().getItems().stream()
        .filter(tw -> tw.getStatus() != null && Objects.equals(ref, tw.getStatus().stack()))
        .toList();
  }

  private TracedWorkload withGranted(TracedWorkload tw) {
    String uid = tw.getMetadata().getUid();
    Turn turn = granted.get(uid);
    if (turn == null) {
      return tw;
    }
    if (tw.getSpec() != null && turn.equals(tw.getSpec().admitted())) {
      granted.remove(uid);
      return tw;
    }
    TracedWorkload newer = new TracedWorkload();
    newer.setMetadata(tw.getMetadata());
    newer.setSpec(new TracedWorkloadSpec(null, null, turn));
    newer.setStatus(tw.getStatus());
    return newer;
  }

  /**
   * Only if nobody has written the object since we looked: what was decided must still be true.
   *
   * @return false when it is to be tried again; one that cannot be granted holds up no other
   */
  private boolean grant(TracedWorkload workload) {
    ObjectMeta metadata = workload.getMetadata();
    Turn turn = workload.getStatus().candidate();
    try {
      client
          .resources(TracedWorkload.class)
          .inNamespace(metadata.getNamespace())
          .withName(metadata.getName())
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              Serialization.asJson(
                  Map.of(
                      "metadata",
                      Map.of(
                          "resourceVersion",
                          metadata.getResourceVersion(),
                          "uid",
                          metadata.getUid()),
                      "spec",
                      Map.of("admitted", turn))));
      granted.put(metadata.getUid(), turn);
      metrics.applied("tracedworkload");
      return true;
    } catch (KubernetesClientException e) {
      // Its event brings us back, or it is gone.
      if (Stream.of(404, 409, 422).anyMatch(code -> code == e.getCode())) {
        return true;
      }
      LOG.warnf(
          "namespace=%s workload=%s: the turn could not be granted: %s",
          metadata.getNamespace(), metadata.getName(), e.getMessage());
      return false;
    }
  }
}
