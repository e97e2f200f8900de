package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.injection.WorkloadKind;
import io.tracingstack.operator.journey.Obstacles;
import io.tracingstack.operator.journey.Surge;
import io.tracingstack.operator.kube.WorkloadStore;
import io.tracingstack.operator.kube.WorkloadStore.Stored;
import io.tracingstack.operator.rollout.FailureEvidence;
import io.tracingstack.operator.rollout.Verdict.Culprit;
import io.tracingstack.operator.verification.CreationRefused;
import io.tracingstack.operator.verification.PodView;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Fetches what stands around a workload: its pods, and what its namespace allows. */
@ApplicationScoped
public class Surroundings {
  private static final int LOG_LINES = 50;

  private final KubernetesClient client;
  private final WorkloadStore workloads;
  private final Clock clock;

  Surroundings(KubernetesClient client, WorkloadStore workloads, Clock clock) {
    this.client = client;
    this.workloads = workloads;
    this.clock = clock;
  }

  /**
   * What forbids to change the workload now.
   *
   * @param riding whether the change goes along with a rollout of the workload's own
   */
  Optional<Refusal> obstacle(Subject subject, boolean riding) {
    Stored stored = told(subject.stored(), Instant.EPOCH);
    return Obstacles.find(
        new Obstacles.Facts(
            subject.stored().view(),
            subject.plan(),
            stored.rollout(),
            Surge.of(stored.object(), stored.rollout().desired()),
            pods(subject),
            client.resourceQuotas().inNamespace(subject.namespace()).list().getItems(),
            client.limitRanges().inNamespace(subject.namespace()).list().getItems(),
            subject.isLlamaStack() ? claims(subject) : List.of(),
            riding,
            clock.instant()));
  }

  private List<PersistentVolumeClaim> claims(Subject subject) {
    return subject.stored().template().getSpec().getVolumes().stream()
        .filter(v -> v.getPersistentVolumeClaim() != null)
        .map(
            v ->
                client
                    .persistentVolumeClaims()
                    .inNamespace(subject.namespace())
                    .withName(v.getPersistentVolumeClaim().getClaimName())
                    .get())
        .filter(Objects::nonNull)
        .toList();
  }

  /**
   * The workload with what has kept its controller from creating pods since then. The status of a
   * Deployment says so by itself; of the others that lack pods the events are read.
   */
  Stored told(Stored stored, Instant since) {
    if (stored.kind() == WorkloadKind.DEPLOYMENT || !stored.rollout().lacksPods()) {
      return stored;
    }
    Instant lastCreated =
        podsOf(stored).stream()
            .map(p -> Instant.parse(p.getMetadata().getCreationTimestamp()))
            .max(Instant::compareTo)
            .orElse(Instant.EPOCH);
    return new Stored(
        stored.kind(),
        stored.object(),
        stored.template(),
        stored
            .rollout()
            .refusing(
                CreationRefused.of(
                    workloads.events(stored, CreationRefused.EVENT),
                    lastCreated.isAfter(since) ? lastCreated : since)),
        stored.server());
  }

  /** The workload's pods that are not of the newest injected template. */
  List<PodView> former(Subject subject, List<PodView> newest) {
    List<String> names = newest.stream().map(PodView::name).toList();
    return pods(subject).stream().filter(p -> !names.contains(p.name())).toList();
  }

  private List<PodView> pods(Subject subject) {
    return podsOf(subject.stored()).stream().map(PodView::of).toList();
  }

  /** The workload's own pods. */
  List<Pod> podsOf(Stored stored) {
    String uid = stored.object().getMetadata().getUid();
    return workloads.pods(stored).stream().filter(p -> isOf(p, uid)).toList();
  }

  /** A selector may fit pods of others; a Deployment's own are its ReplicaSets'. */
  private static boolean isOf(Pod pod, String uid) {
    return pod.getMetadata().getOwnerReferences().stream()
        .anyMatch(o -> Objects.equals(o.getUid(), uid) || "ReplicaSet".equals(o.getKind()));
  }

  /** The end of the log that tells most: of the container's last run, else of the present one. */
  Optional<String> log(String namespace, Culprit culprit) {
    return culprit
        .container()
        .flatMap(
            container ->
                log(namespace, culprit.pod(), container, culprit.restarts() > 0)
                    .or(() -> log(namespace, culprit.pod(), container, false)));
  }

  private Optional<String> log(String namespace, String pod, String container, boolean previous) {
    try {
      var logs = client.pods().inNamespace(namespace).withName(pod).inContainer(container);
      return Optional.ofNullable(
              (previous ? logs.terminated() : logs).tailingLines(LOG_LINES).getLog())
          .filter(FailureEvidence::isLog);
    } catch (KubernetesClientException gone) {
      return Optional.empty();
    }
  }
}
