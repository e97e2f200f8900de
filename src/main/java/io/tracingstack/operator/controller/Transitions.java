package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.WorkloadRef;
import io.tracingstack.operator.injection.WorkloadKind;
import io.tracingstack.operator.kube.EventRecorder;
import io.tracingstack.operator.kube.OperatorMetrics;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Tells about a workload's change of state: log, metrics, and an event where a user must know. */
@ApplicationScoped
public class Transitions {
  private static final Logger LOG = Logger.getLogger(Transitions.class);

  private final EventRecorder events;
  private final OperatorMetrics metrics;
  private final Set<String> toldOfNeed = ConcurrentHashMap.newKeySet();

  Transitions(EventRecorder events, OperatorMetrics metrics) {
    this.events = events;
    this.metrics = metrics;
  }

  /** Tells what differs between two statuses. */
  void announce(TracedWorkload tw, TracedWorkloadStatus before, TracedWorkloadStatus now) {
    for (Condition condition : now.conditions()) {
      boolean known =
          before.conditions() != null
              && before.conditions().stream()
                  .anyMatch(
                      c ->
                          c.getType().equals(condition.getType())
                              && c.getStatus().equals(condition.getStatus())
                              && c.getReason().equals(condition.getReason()));
      if (!known) {
        metrics.transition(condition.getType(), condition.getReason());
      }
    }
    if (Objects.equals(before.state(), now.state())) {
      return;
    }
    LOG.infof(
        "namespace=%s workload=%s/%s state=%s: %s",
        tw.getMetadata().getNamespace(),
        tw.getSpec().workload().kind(),
        tw.getSpec().workload().name(),
        now.state(),
        now.message());
    Reason reason = Reason.ofApiName(now.state());
    // On the way nothing needs to be known; the status shows it to whoever looks.
    if (reason.group() != Reason.Group.PROGRESSING) {
      events.record(workload(tw), reason.warns(), now.state(), now.message());
    }
  }

  /** Tells, once for each operator's life, why an undo waits. */
  void announceNeeded(TracedWorkload tw, List<String> containers) {
    if (toldOfNeed.add(tw.getMetadata().getUid())) {
      events.record(
          workload(tw),
          true,
          Reason.AGENT_NAMED_BY_HAND.apiName(),
          "our files stay while these containers name our agent: %s; %s"
              .formatted(containers, Reason.AGENT_NAMED_BY_HAND.nextStep()));
    }
  }

  /** Tells that a workload is as it was before. */
  void announceRemoval(TracedWorkload tw) {
    toldOfNeed.remove(tw.getMetadata().getUid());
    if (WorkloadKind.of(tw.getSpec().workload()).filter(WorkloadKind::isInjectable).isEmpty()) {
      return;
    }
    LOG.infof(
        "namespace=%s workload=%s/%s: everything of ours is removed",
        tw.getMetadata().getNamespace(),
        tw.getSpec().workload().kind(),
        tw.getSpec().workload().name());
    metrics.transition("Injected", Reason.REMOVED.apiName());
    events.record(
        workload(tw), false, Reason.REMOVED.apiName(), "the pod template is as it was before");
  }

  /** Events are about the workload: its team looks there first. */
  private static HasMetadata workload(TracedWorkload tw) {
    WorkloadRef ref = tw.getSpec().workload();
    Deployment about = new Deployment();
    about.setApiVersion(ref.apiVersion());
    about.setKind(ref.kind());
    about.setMetadata(
        new io.fabric8.kubernetes.api.model.ObjectMetaBuilder()
            .withNamespace(tw.getMetadata().getNamespace())
            .withName(ref.name())
            .withUid(ref.uid())
            .build());
    return about;
  }
}
