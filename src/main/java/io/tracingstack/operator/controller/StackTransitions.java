package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.Condition;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.api.v1alpha1.TracingStackStatus;
import io.tracingstack.operator.kube.EventRecorder;
import io.tracingstack.operator.status.Conditions;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Tells about a stack's change of state: log, and an event. */
@ApplicationScoped
public class StackTransitions {
  private static final Logger LOG = Logger.getLogger(StackTransitions.class);

  private final EventRecorder events;

  StackTransitions(EventRecorder events) {
    this.events = events;
  }

  /** Tells what differs between the stack's present status and the new one. */
  void announce(TracingStack stack, TracingStackStatus now) {
    Optional<Condition> before =
        Optional.ofNullable(stack.getStatus())
            .flatMap(s -> Conditions.find(s.conditions(), ConditionType.READY));
    Condition ready = Conditions.find(now.conditions(), ConditionType.READY).orElseThrow();
    boolean same =
        before
            .filter(
                c ->
                    c.getStatus().equals(ready.getStatus())
                        && c.getReason().equals(ready.getReason()))
            .isPresent();
    if (same) {
      return;
    }
    LOG.infof(
        "namespace=%s stack=%s ready=%s reason=%s: %s",
        stack.getMetadata().getNamespace(),
        stack.getMetadata().getName(),
        ready.getStatus(),
        ready.getReason(),
        ready.getMessage());
    events.record(stack, !"True".equals(ready.getStatus()), ready.getReason(), ready.getMessage());
  }
}
