package io.tracingstack.operator.kube;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tracingstack.operator.api.v1alpha1.Labels;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Creates, finds and deletes the pods of rehearsals. Only this class uses the rights of {@code
 * config/rbac/rehearsal.yaml}.
 */
@ApplicationScoped
public class RehearsalPods {
  private static final int CONFLICT = 409;

  private final KubernetesClient client;
  private final OperatorMetrics metrics;
  private final OperatorConfig config;

  RehearsalPods(KubernetesClient client, OperatorMetrics metrics, OperatorConfig config) {
    this.client = client;
    this.metrics = metrics;
    this.config = config;
  }

  /** All that exist for a TracedWorkload, those that are ending included. */
  public List<Pod> of(String namespace, String uid) {
    return client.pods().inNamespace(namespace).withLabel(Labels.REHEARSAL, uid).list().getItems();
  }

  /** Whoever may create pods but not delete them would leave them behind. */
  public boolean allowed(String namespace) {
    return Stream.of("create", "delete").allMatch(verb -> allowed(namespace, verb));
  }

  private boolean allowed(String namespace, String verb) {
    SelfSubjectAccessReview review =
        client
            .resource(
                new SelfSubjectAccessReviewBuilder()
                    .withNewSpec()
                    .withNewResourceAttributes()
                    .withNamespace(namespace)
                    .withVerb(verb)
                    .withResource("pods")
                    .endResourceAttributes()
                    .endSpec()
                    .build())
            .create();
    return Boolean.TRUE.equals(review.getStatus().getAllowed());
  }

  /** The commands that grant what {@link #allowed(String)} asks for, in every namespace. */
  public String howToAllow() {
    return "kubectl create clusterrole tracingstack-rehearsal --verb=create,delete --resource=pods"
        + " && kubectl create clusterrolebinding tracingstack-rehearsal"
        + " --clusterrole=tracingstack-rehearsal --serviceaccount="
        + config.namespace().orElse("tracingstack-system")
        + ":tracingstack-operator";
  }

  /** The budgets of a namespace. */
  public List<PodDisruptionBudget> budgets(String namespace) {
    return client.policy().v1().podDisruptionBudget().inNamespace(namespace).list().getItems();
  }

  /** Why the API server or its admission would not take the pod, in their words. */
  public Optional<String> refusal(Pod pod) {
    return create(pod, true);
  }

  /** Creates the pod, unless it is there; or says why it was refused. */
  public Optional<String> create(Pod pod) {
    Optional<String> refused = create(pod, false);
    metrics.applied("rehearsal");
    return refused;
  }

  private Optional<String> create(Pod pod, boolean dryRun) {
    try {
      client.resource(pod).dryRun(dryRun).create();
      return Optional.empty();
    } catch (KubernetesClientException e) {
      return switch (e.getCode()) {
        case CONFLICT -> Optional.empty();
        case 400, 403, 422 -> Optional.of(WorkloadStore.messageOf(e));
        default -> throw e;
      };
    }
  }

  /**
   * Deletes all that are not ending already. Where the right was taken away they end by their own
   * deadline, and go with their TracedWorkload.
   *
   * @return whether any were there
   */
  public boolean clear(String namespace, String uid) {
    List<Pod> pods = of(namespace, uid);
    for (Pod pod : pods) {
      if (pod.getMetadata().getDeletionTimestamp() == null) {
        try {
          client.resource(pod).delete();
          metrics.applied("rehearsal");
        } catch (KubernetesClientException e) {
          if (e.getCode() != 403) {
            throw e;
          }
        }
      }
    }
    return !pods.isEmpty();
  }
}
