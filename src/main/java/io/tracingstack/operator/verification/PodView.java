package io.tracingstack.operator.verification;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.HTTPHeader;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Probe;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.injection.Footprint;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A pod of a workload as far as verification is concerned.
 *
 * @param templateRevision hash of the pod template it was made from, as its controller labelled it;
 *     a Job does not, there it is the injected revision
 * @param readySince when it became Ready; empty while it is not, or is being deleted
 * @param troubles what is or was wrong with it, the most telling first
 * @param run the run it belongs to, empty for a pod that is to serve for ever
 */
public record PodView(
    String name,
    String templateRevision,
    Instant created,
    Optional<Instant> readySince,
    Optional<ProofTarget> readinessProbe,
    Optional<InitReport> report,
    Optional<RepairReport> repair,
    boolean initEndedWithoutReport,
    PodLife life,
    List<PodTrouble> troubles,
    Optional<Run> run) {

  /**
   * One run of a Job.
   *
   * @param job its name
   * @param ended when the pod ended, well or not; empty while it runs
   */
  public record Run(String job, Optional<Instant> ended) {}

  /** Takes the view of a pod. */
  public static PodView of(Pod pod) {
    Optional<ContainerStateTerminated> init =
        initContainers(pod.getStatus())
            .filter(s -> Footprint.isOurs(s.getName()) && s.getState() != null)
            .map(s -> s.getState().getTerminated())
            .filter(t -> t != null)
            .findFirst();
    boolean repairs =
        pod.getSpec().getInitContainers().stream()
            .anyMatch(c -> Footprint.REPAIR.equals(c.getName()));
    Optional<String> message = init.map(ContainerStateTerminated::getMessage);
    Optional<InitReport> report = repairs ? Optional.empty() : message.flatMap(InitReport::parse);
    Optional<RepairReport> repair =
        repairs ? message.flatMap(RepairReport::parse) : Optional.empty();
    return new PodView(
        pod.getMetadata().getName(),
        templateRevision(pod.getMetadata().getLabels()),
        Instant.parse(pod.getMetadata().getCreationTimestamp()),
        readySince(pod),
        target(pod),
        report,
        repair,
        init.isPresent() && report.isEmpty() && repair.isEmpty(),
        PodLife.of(pod),
        PodTroubles.of(pod),
        run(pod));
  }

  private static String templateRevision(Map<String, String> labels) {
    return Stream.of("pod-template-hash", "controller-revision-hash", Labels.REVISION)
        .map(labels::get)
        .filter(v -> v != null)
        .findFirst()
        .orElse("");
  }

  /** Whether the pod serves. */
  public boolean ready() {
    return readySince.isPresent();
  }

  /** What keeps it from running now. */
  public Optional<PodTrouble> trouble() {
    return troubles.stream().filter(PodTrouble::lasting).findFirst();
  }

  /** When the pod's run ended; empty while it goes on, and for a pod that is no run's. */
  public Optional<Instant> ended() {
    return run.flatMap(Run::ended);
  }

  /** Whether our init container has ended, so that it is known what it did. */
  public boolean hasTold() {
    return report.isPresent() || repair.isPresent() || initEndedWithoutReport;
  }

  private static Optional<Run> run(Pod pod) {
    return pod.getMetadata().getOwnerReferences().stream()
        .filter(o -> Boolean.TRUE.equals(o.getController()) && "Job".equals(o.getKind()))
        .map(o -> new Run(o.getName(), ended(pod)))
        .findFirst();
  }

  private static Optional<Instant> ended(Pod pod) {
    if (pod.getStatus() == null
        || !List.of("Succeeded", "Failed").contains(String.valueOf(pod.getStatus().getPhase()))) {
      return Optional.empty();
    }
    return pod.getStatus().getContainerStatuses().stream()
        .filter(s -> s.getState() != null && s.getState().getTerminated() != null)
        .map(s -> s.getState().getTerminated().getFinishedAt())
        .filter(time -> time != null)
        .map(Instant::parse)
        .max(Comparator.naturalOrder())
        // One that was evicted may have no status of its containers.
        .or(() -> Optional.of(Instant.parse(pod.getMetadata().getCreationTimestamp())));
  }

  private static Optional<Instant> readySince(Pod pod) {
    if (pod.getMetadata().getDeletionTimestamp() != null || pod.getStatus() == null) {
      return Optional.empty();
    }
    return pod.getStatus().getConditions().stream()
        .filter(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()))
        .map(c -> Instant.parse(c.getLastTransitionTime()))
        .findFirst();
  }

  private static Stream<ContainerStatus> initContainers(PodStatus status) {
    return status == null ? Stream.empty() : status.getInitContainerStatuses().stream();
  }

  private static Optional<ProofTarget> target(Pod pod) {
    if (pod.getStatus() == null || pod.getStatus().getPodIP() == null) {
      return Optional.empty();
    }
    return pod.getSpec().getContainers().stream()
        .filter(Footprint::isIn)
        .flatMap(c -> proofProbe(c).map(p -> target(c, p, pod.getStatus().getPodIP())).stream())
        .findFirst()
        .flatMap(target -> target);
  }

  /** LlamaStack's operators give the server a startup probe only; all ask for the same page. */
  private static Optional<HTTPGetAction> proofProbe(Container container) {
    Stream<Probe> others =
        mounts(container, Footprint.REPAIR)
            ? Stream.of(container.getStartupProbe(), container.getLivenessProbe())
            : Stream.empty();
    return Stream.concat(Stream.of(container.getReadinessProbe()), others)
        .filter(p -> p != null && p.getHttpGet() != null)
        .map(Probe::getHttpGet)
        .findFirst();
  }

  private static boolean mounts(Container container, String volume) {
    return container.getVolumeMounts().stream().anyMatch(m -> volume.equals(m.getName()));
  }

  /** Host, port, scheme, path and headers as the kubelet uses them. */
  private static Optional<ProofTarget> target(
      Container container, HTTPGetAction probe, String podIp) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (HTTPHeader header : probe.getHttpHeaders()) {
      headers.put(header.getName(), header.getValue());
    }
    return port(container, probe.getPort())
        .map(
            port ->
                new ProofTarget(
                    "HTTPS".equals(probe.getScheme()),
                    probe.getHost() == null || probe.getHost().isEmpty() ? podIp : probe.getHost(),
                    port,
                    probe.getPath() == null || probe.getPath().isEmpty() ? "/" : probe.getPath(),
                    headers));
  }

  private static Optional<Integer> port(Container container, IntOrString port) {
    if (port.getIntVal() != null) {
      return Optional.of(port.getIntVal());
    }
    List<ContainerPort> ports = container.getPorts();
    return ports.stream()
        .filter(p -> port.getStrVal().equals(p.getName()))
        .map(ContainerPort::getContainerPort)
        .findFirst();
  }
}
