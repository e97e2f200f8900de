package io.tracingstack.operator.verification;

import io.tracingstack.operator.api.v1alpha1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * What is wrong with a container of a pod, or with the pod as a whole.
 *
 * @param container its name; empty for the pod as a whole
 * @param exitCode of the container's last end
 * @param restarts of the container in this pod
 * @param lasting whether it is so now: the container does not run, or the pod is not scheduled. A
 *     container that ended and runs again has a trouble that does not last
 * @param at when the container ended last, or the pod did; empty when the kubelet does not say
 * @param message one clause without the pod's name
 */
public record PodTrouble(
    Kind kind,
    Part part,
    Optional<String> container,
    Optional<Integer> exitCode,
    int restarts,
    boolean lasting,
    Optional<Instant> at,
    String message) {

  /**
   * A container that runs for this long since its last end is over it: the kubelet forgets its
   * back-off after the same time.
   */
  public static final Duration LATELY = Duration.ofMinutes(10);

  /** The most telling first, the same way round for the same troubles in any order. */
  public static final Comparator<PodTrouble> ORDER =
      Comparator.comparing(PodTrouble::part)
          .thenComparing(PodTrouble::kind)
          .thenComparing(t -> t.container().orElse(""))
          .thenComparing(PodTrouble::message);

  /** What it is, the most certain sign of a fault in the pod's own content first. */
  public enum Kind {
    OUT_OF_MEMORY(Reason.OUT_OF_MEMORY),
    /** A liveness or startup probe failed, and the kubelet ended the container. */
    PROBE_KILLED(Reason.PROBE_FAILING),
    CRASH_LOOP(Reason.CRASH_LOOP),
    /** The pod, or a volume of it, used more disk than it may. */
    EVICTED(Reason.EPHEMERAL_STORAGE_TOO_TIGHT),
    IMAGE_PULL(Reason.IMAGE_PULL),
    /** The kubelet cannot make the container from its specification. */
    CONFIG_ERROR(Reason.POD_REFUSED),
    UNSCHEDULABLE(Reason.NODE_TROUBLE),
    /** The node is lost, short of something, or did not take the pod. */
    NODE(Reason.NODE_TROUBLE);

    private final Reason reason;

    Kind(Reason reason) {
      this.reason = reason;
    }

    /** Its name in the catalogue. */
    public Reason reason() {
      return reason;
    }

    /** Whether it says nothing about what is in the pod. */
    public boolean isOfTheNode() {
      return this == UNSCHEDULABLE || this == NODE;
    }
  }

  /** Whose part of the pod it is in. */
  public enum Part {
    /** Our init container or our volume. */
    OURS,
    /** A container that runs with the agent, or the whole of a pod that counts our volume. */
    INJECTED,
    /** Another container, or the pod as a whole. */
    OTHERS
  }

  /** Whether it is so now, or was so a moment ago. */
  public boolean matters(Instant now) {
    return matters(now, LATELY);
  }

  /** Whether it is so now, or was so within a time. */
  public boolean matters(Instant now, Duration within) {
    return lasting || at.filter(t -> t.isAfter(now.minus(within))).isPresent();
  }
}
