package io.tracingstack.operator.verification;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.verification.PodTrouble.Kind;
import io.tracingstack.operator.verification.PodTrouble.Part;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads a pod's troubles from its status. Words and codes are those of kubelet and scheduler. */
final class PodTroubles {
  private static final Set<String> PULL =
      Set.of(
          "ImagePullBackOff",
          "ErrImagePull",
          "ErrImageNeverPull",
          "InvalidImageName",
          "ImageInspectError",
          "RegistryUnavailable",
          "SignatureValidationFailed");

  private static final Set<String> CONFIG =
      Set.of("CreateContainerConfigError", "CreateContainerError", "RunContainerError");

  /** How the runtimes say, as the end of a container, that it never began. */
  private static final Set<String> NOT_STARTED = Set.of("StartError", "ContainerCannotRun");

  /** Reasons of a pod that ended with its node, or was turned away by it. */
  private static final Set<String> NODE =
      Set.of("NodeLost", "NodeShutdown", "Shutdown", "Terminated", "Preempting");

  /** Exit codes after SIGTERM and SIGKILL: a probe ends a container with the one or the other. */
  private static final Set<Integer> ENDED_FROM_OUTSIDE = Set.of(143, 137);

  /** One restart may be a hiccup of the first start. */
  private static final int REPEATED = 2;

  private final Pod pod;
  private final PodStatus status;

  private PodTroubles(Pod pod) {
    this.pod = pod;
    this.status = pod.getStatus();
  }

  /** The most telling first. */
  static List<PodTrouble> of(Pod pod) {
    if (pod.getStatus() == null) {
      return List.of();
    }
    PodTroubles troubles = new PodTroubles(pod);
    return Stream.of(
            troubles.status.getInitContainerStatuses().stream().map(troubles::ofContainer),
            troubles.status.getContainerStatuses().stream().map(troubles::ofContainer),
            Stream.of(troubles.ofWholePod()))
        .flatMap(all -> all)
        .flatMap(Optional::stream)
        .sorted(PodTrouble.ORDER)
        .toList();
  }

  private Optional<PodTrouble> ofContainer(ContainerStatus container) {
    String waiting =
        Optional.ofNullable(container.getState())
            .map(ContainerState::getWaiting)
            .map(w -> Objects.toString(w.getReason(), ""))
            .orElse("");
    if (PULL.contains(waiting)) {
      // The repair runs in the server's own image: which one that is, is its owner's doing.
      return Optional.of(
          Footprint.REPAIR.equals(container.getName())
              ? waiting(container, Kind.IMAGE_PULL, Part.OTHERS)
              : waiting(container, Kind.IMAGE_PULL));
    }
    if (CONFIG.contains(waiting)) {
      return Optional.of(waiting(container, Kind.CONFIG_ERROR));
    }
    return ofEnds(container, "CrashLoopBackOff".equals(waiting));
  }

  private Optional<PodTrouble> ofEnds(ContainerStatus container, boolean backingOff) {
    List<ContainerStateTerminated> ends =
        Stream.of(container.getState(), container.getLastState())
            .flatMap(s -> Optional.ofNullable(s).map(ContainerState::getTerminated).stream())
            .toList();
    Optional<ContainerStateTerminated> killed =
        ends.stream().filter(t -> "OOMKilled".equals(t.getReason())).findFirst();
    if (killed.isPresent()) {
      return Optional.of(
          ended(container, killed.get(), Kind.OUT_OF_MEMORY, "was killed for its use of memory"));
    }
    ContainerStateTerminated end =
        ends.stream().findFirst().orElseGet(ContainerStateTerminated::new);
    if (!backingOff && (restarts(container) < REPEATED || exitCode(end) == 0)) {
      return Optional.empty();
    }
    if (NOT_STARTED.contains(Objects.toString(end.getReason(), ""))) {
      return Optional.of(
          ended(
              container,
              end,
              Kind.CONFIG_ERROR,
              "cannot be started: " + Objects.toString(end.getMessage(), "")));
    }
    return Optional.of(
        isProbed(container.getName()) && ENDED_FROM_OUTSIDE.contains(exitCode(end))
            ? ended(container, end, Kind.PROBE_KILLED, "is ended by its liveness or startup probe")
            : ended(container, end, Kind.CRASH_LOOP, "keeps ending"));
  }

  private PodTrouble waiting(ContainerStatus container, Kind kind) {
    String message = Objects.toString(container.getState().getWaiting().getMessage(), "");
    return waiting(container, kind, part(container.getName(), message));
  }

  private PodTrouble waiting(ContainerStatus container, Kind kind, Part part) {
    String message = Objects.toString(container.getState().getWaiting().getMessage(), "");
    return new PodTrouble(
        kind,
        part,
        Optional.of(container.getName()),
        Optional.empty(),
        restarts(container),
        true,
        Optional.empty(),
        "container %s: %s%s"
            .formatted(
                container.getName(),
                container.getState().getWaiting().getReason(),
                message.isEmpty() ? "" : ": " + message));
  }

  private PodTrouble ended(
      ContainerStatus container, ContainerStateTerminated end, Kind kind, String what) {
    // A container's own last words may name our file without any fault of ours.
    String words = kind == Kind.CONFIG_ERROR ? Objects.toString(end.getMessage(), "") : "";
    return new PodTrouble(
        kind,
        part(container.getName(), words),
        Optional.of(container.getName()),
        Optional.ofNullable(end.getExitCode()),
        restarts(container),
        container.getState() == null || container.getState().getRunning() == null,
        Optional.ofNullable(end.getFinishedAt()).map(Instant::parse),
        "container %s %s (exit code %s, %d restarts)"
            .formatted(
                container.getName(),
                what,
                Objects.toString(end.getExitCode(), "unknown"),
                restarts(container)));
  }

  private Optional<PodTrouble> ofWholePod() {
    String reason = Objects.toString(status.getReason(), "");
    String message = Objects.toString(status.getMessage(), "");
    if (reason.equals("Evicted") && !isShortageOfTheNode(message)) {
      boolean ours = Footprint.isNamedIn(message);
      boolean withOurs = message.startsWith("Pod ephemeral local storage") && mountsOurs();
      return Optional.of(
          whole(
              Kind.EVICTED,
              ours ? Part.OURS : withOurs ? Part.INJECTED : Part.OTHERS,
              false,
              "evicted: " + message.strip()));
    }
    if (reason.equals("Evicted")
        || NODE.contains(reason)
        || message.startsWith("Pod was rejected")) {
      return Optional.of(
          whole(Kind.NODE, Part.OTHERS, false, onNode() + reason + ": " + message.strip()));
    }
    Optional<PodCondition> scheduled = condition("PodScheduled").filter(c -> is(c, "False"));
    if (scheduled.isPresent()) {
      return Optional.of(
          whole(
              Kind.UNSCHEDULABLE,
              Part.OTHERS,
              true,
              "cannot be scheduled: " + Objects.toString(scheduled.get().getMessage(), "")));
    }
    return isLost()
        ? Optional.of(whole(Kind.NODE, Part.OTHERS, true, onNode() + "the node does not report"))
        : Optional.empty();
  }

  private static boolean isShortageOfTheNode(String message) {
    return message.startsWith("The node ");
  }

  /**
   * The controller that loses a node takes Ready away from its pods, and leaves ContainersReady as
   * the kubelet set it; otherwise only a readiness gate makes the two differ.
   */
  private boolean isLost() {
    Optional<PodCondition> ready = condition("Ready");
    boolean taken =
        ready.filter(c -> is(c, "False")).isPresent()
            && condition("ContainersReady").filter(c -> is(c, "True")).isPresent()
            && pod.getSpec().getReadinessGates().isEmpty();
    return taken || ready.filter(c -> is(c, "Unknown")).isPresent();
  }

  private PodTrouble whole(Kind kind, Part part, boolean lasting, String message) {
    return new PodTrouble(
        kind, part, Optional.empty(), Optional.empty(), 0, lasting, endOfPod(), message);
  }

  /** A pod has no time of its end; its containers have, and it is not Ready since. */
  private Optional<Instant> endOfPod() {
    return Stream.concat(
            condition("Ready").map(PodCondition::getLastTransitionTime).stream(),
            status.getContainerStatuses().stream()
                .flatMap(
                    c ->
                        Optional.ofNullable(c.getState())
                            .map(ContainerState::getTerminated)
                            .stream())
                .map(ContainerStateTerminated::getFinishedAt))
        .filter(Objects::nonNull)
        .map(Instant::parse)
        .max(Instant::compareTo)
        .or(
            () ->
                Optional.ofNullable(pod.getMetadata().getCreationTimestamp()).map(Instant::parse));
  }

  private Part part(String container, String words) {
    if (Footprint.isOurs(container) || Footprint.isNamedIn(words)) {
      return Part.OURS;
    }
    return pod.getSpec().getContainers().stream()
            .anyMatch(c -> c.getName().equals(container) && Footprint.isIn(c))
        ? Part.INJECTED
        : Part.OTHERS;
  }

  private boolean mountsOurs() {
    return pod.getSpec().getContainers().stream()
        .flatMap(c -> c.getVolumeMounts().stream())
        .anyMatch(m -> Footprint.isOurs(m.getName()));
  }

  private boolean isProbed(String container) {
    return Stream.concat(
            pod.getSpec().getContainers().stream(), pod.getSpec().getInitContainers().stream())
        .filter(c -> c.getName().equals(container))
        .anyMatch(PodTroubles::isProbed);
  }

  private static boolean isProbed(Container container) {
    return container.getLivenessProbe() != null || container.getStartupProbe() != null;
  }

  private String onNode() {
    String node = pod.getSpec().getNodeName();
    return node == null ? "" : "on node " + node + ": ";
  }

  private Optional<PodCondition> condition(String type) {
    return status.getConditions().stream().filter(c -> type.equals(c.getType())).findFirst();
  }

  private static boolean is(PodCondition condition, String value) {
    return value.equals(condition.getStatus());
  }

  private static int exitCode(ContainerStateTerminated end) {
    return end.getExitCode() == null ? 0 : end.getExitCode();
  }

  private static int restarts(ContainerStatus container) {
    return container.getRestartCount() == null ? 0 : container.getRestartCount();
  }
}
