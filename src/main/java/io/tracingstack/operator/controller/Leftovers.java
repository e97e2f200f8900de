package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.journey.LeftPods;
import io.tracingstack.operator.kube.EventRecorder;
import io.tracingstack.operator.kube.WorkloadStore.Stored;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;

/** Looks after pods that outlive an undo: a template as it was is not yet a workload as it was. */
@ApplicationScoped
public class Leftovers {
  private static final Logger LOG = Logger.getLogger(Leftovers.class);

  private final KubernetesClient client;
  private final Surroundings surroundings;
  private final EventRecorder events;

  Leftovers(KubernetesClient client, Surroundings surroundings, EventRecorder events) {
    this.client = client;
    this.surroundings = surroundings;
    this.events = events;
  }

  /**
   * Finds them, and deletes those that hold their StatefulSet up.
   *
   * @param stored the workload as it is now that our content is out
   */
  LeftPods clear(Stored stored) {
    LeftPods left =
        LeftPods.of(
            stored.object(), stored.rollout(), stored.template(), surroundings.podsOf(stored));
    if (!stored.rollout().observed()) {
      // It would make the successor from the template that we have just taken away.
      return left;
    }
    boolean allowed = true;
    for (Pod pod : left.stuck()) {
      allowed &= delete(stored, pod);
    }
    return allowed ? left : left.forbidden();
  }

  /**
   * Whether pods of ours hold the workload up. They are ended now, and are to be looked for once
   * more; what only its owner can end is nothing to wait for.
   */
  boolean hold(Stored stored) {
    LeftPods left = clear(stored);
    return !left.stuck().isEmpty() && !left.byHand();
  }

  /**
   * Deletes exactly the pod that was looked at, as it was then.
   *
   * @return false when that is not allowed
   */
  private boolean delete(Stored stored, Pod pod) {
    String name = pod.getMetadata().getName();
    try {
      client.resource(pod).lockResourceVersion(pod.getMetadata().getResourceVersion()).delete();
      LOG.infof(
          "namespace=%s pod=%s: deleted, for its StatefulSet waits for it",
          pod.getMetadata().getNamespace(), name);
      events.record(
          stored.object(),
          false,
          Reason.REVERTING.apiName(),
          "deleted pod %s: it has our content, never became Ready, and the StatefulSet would wait"
                  .formatted(name)
              + " for it for ever");
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() == 403) {
        return false;
      }
      // It has changed, or is gone: the next pass looks at it anew.
      if (e.getCode() == 404 || e.getCode() == 409) {
        return true;
      }
      throw e;
    }
  }
}
