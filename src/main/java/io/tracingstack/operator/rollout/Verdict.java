package io.tracingstack.operator.rollout;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.verification.PodTrouble;
import io.tracingstack.operator.verification.PodView;
import java.util.Optional;
import java.util.Set;

/**
 * What a failing workload has to do with our change.
 *
 * @param reason its name in the catalogue
 * @param message what was found, without the next step
 * @param culprit the container whose log tells more, if it is one
 */
public record Verdict(Kind kind, Reason reason, String message, Optional<Culprit> culprit) {
  /** What is in an application that nothing here can instrument. */
  private static final Set<Reason> UNKNOWN_TO_US =
      Set.of(Reason.NO_INSTRUMENTED_LIBRARY, Reason.NO_INSTRUMENTATION_IN_IMAGE);

  /** What is to be done about it. */
  public enum Kind {
    /** Nothing is wrong. */
    NONE,
    /** Something is wrong that may pass by itself, and is nobody's fault. */
    WAIT,
    /** Our change did it: it is undone, and counts against the failure budget. */
    OURS,
    /** It may have been our change: it is undone, and does not count. */
    UNCLEAR,
    /** It was not our change: it stays, and the owner is told. */
    THEIRS;

    /** Whether our change is taken out again. */
    public boolean reverts() {
      return this == OURS || this == UNCLEAR;
    }
  }

  /** Whether this says that a change has failed whose pods run well. */
  public static boolean isFailure(Finding finding) {
    return Boolean.FALSE.equals(finding.status())
        && (finding.reason().group() == Reason.Group.FAILED
            || UNKNOWN_TO_US.contains(finding.reason()));
  }

  /**
   * What this says of a change that was proven: what would be a failure of a new one is a silence
   * that has to be told, and nothing to undo.
   */
  public static Finding ofProven(Finding finding) {
    return isFailure(finding) ? Finding.no(Reason.STOPPED_SENDING, finding.message()) : finding;
  }

  /**
   * The verdict on a change whose pods run well, and untraced. Nobody else's application is the
   * worse for what is unknown in this one.
   */
  public static Verdict untraced(Finding finding, String message, Optional<Culprit> culprit) {
    return new Verdict(
        UNKNOWN_TO_US.contains(finding.reason()) ? Kind.UNCLEAR : Kind.OURS,
        finding.reason(),
        message,
        culprit);
  }

  /**
   * Who failed first, as far as can be told.
   *
   * @param container empty for the pod as a whole
   * @param exitCode of the container's last end
   * @param restarts of the container in this pod
   */
  public record Culprit(
      String pod, Optional<String> container, Optional<Integer> exitCode, int restarts) {

    static Culprit of(PodView pod, PodTrouble trouble) {
      return new Culprit(pod.name(), trouble.container(), trouble.exitCode(), trouble.restarts());
    }

    /** No container of the pod has ended; one that runs with the agent is the likeliest. */
    static Culprit of(PodView pod) {
      return new Culprit(
          pod.name(), pod.life().injected().stream().findFirst(), Optional.empty(), 0);
    }
  }
}
