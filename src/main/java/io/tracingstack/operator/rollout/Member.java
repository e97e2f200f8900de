package io.tracingstack.operator.rollout;

import io.fabric8.kubernetes.api.model.Condition;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.Rehearsal;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Reverted;
import io.tracingstack.operator.api.v1alpha1.Turn;
import io.tracingstack.operator.status.Conditions;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * One workload as far as the order of a rollout is concerned.
 *
 * @param namespace of the workload and its TracedWorkload
 * @param name of the TracedWorkload
 * @param candidate the turn it waits for, or was granted and has not taken yet
 * @param askedAt since when it waits for a turn, as far as that is known
 * @param release of the turn it took last
 * @param provenSince only of a proven one
 * @param failedRelease of a change that was undone, or failed its rehearsal, when that counts
 *     against the failure budget
 */
public record Member(
    String namespace,
    String name,
    Phase phase,
    Optional<Turn> candidate,
    Optional<Instant> askedAt,
    Optional<String> release,
    Optional<Instant> provenSince,
    Optional<String> failedRelease) {

  /** Who goes before whom; the same at each look, so that a second look admits the same ones. */
  public static final Comparator<Member> ORDER =
      Comparator.comparing((Member m) -> !m.offered())
          .thenComparing(Member::namespace)
          .thenComparing(Member::name);

  // A granted turn whose write was refused. A journey that goes on trying asks for a new turn.
  private static final Set<Reason> WRITE_REFUSED =
      EnumSet.of(Reason.CONFLICT, Reason.REJECTED, Reason.FIGHTING);

  /** What a workload is to a rollout. */
  public enum Phase {
    /** Being put back, and not seen healthy since. */
    REVERTING,
    /** Asks for a turn. */
    WAITING,
    /** May be changed, or was changed and is neither proven nor silent yet. */
    RUNNING,
    /** A span of it was seen. */
    PROVEN,
    /** Injected, and nothing of ours to wait for: no traffic, no pods, or somebody else's move. */
    SILENT,
    /** Tried, failed, and healthy as it was before. */
    REVERTED,
    /** Not part of the rollout: refused, in conflict, or leaving. */
    OUT
  }

  /**
   * What of an object matters. Of its status only state, candidate, taken, reverted, rehearsal, and
   * the conditions Injected and Traced are read; all may be missing.
   */
  public static Member of(TracedWorkload object) {
    TracedWorkloadStatus status =
        Optional.ofNullable(object.getStatus()).orElseGet(TracedWorkloadStatus::empty);
    Phase phase =
        object.getMetadata().getDeletionTimestamp() == null
            ? phase(status, object.getSpec() == null ? null : object.getSpec().admitted())
            : Phase.OUT;
    return new Member(
        object.getMetadata().getNamespace(),
        object.getMetadata().getName(),
        phase,
        Optional.ofNullable(status.candidate()),
        phase == Phase.WAITING ? since(status, ConditionType.ADMITTED) : Optional.empty(),
        Optional.ofNullable(status.taken()).map(Turn::release),
        phase == Phase.PROVEN
            // A proof without a time was not written by this version, so it is an old one.
            ? Optional.of(since(status, ConditionType.TRACED).orElse(Instant.EPOCH))
            : Optional.empty(),
        Optional.ofNullable(status.reverted())
            .filter(Reverted::counted)
            .map(Reverted::release)
            .or(
                () ->
                    Optional.ofNullable(status.rehearsal())
                        .filter(Rehearsal::failedAndCounted)
                        .map(Rehearsal::release)));
  }

  /** Whether it is on its way, so that only a few others may be. */
  public boolean occupiesSlot() {
    return phase == Phase.RUNNING || phase == Phase.REVERTING;
  }

  /** Whether its owner offers it as one of the first. */
  public boolean offered() {
    return candidate.filter(turn -> Boolean.TRUE.equals(turn.canary())).isPresent();
  }

  /** Whether its pods restart anyway, by its own rollout. */
  public boolean riding() {
    return candidate.filter(turn -> Boolean.TRUE.equals(turn.riding())).isPresent();
  }

  /** Whether the turn it waits for is one for these settings of the stack. */
  boolean asksFor(String present) {
    return candidate.filter(turn -> present.equals(turn.release())).isPresent();
  }

  /** Whether it is proven with these settings of the stack. */
  boolean provenWith(String present) {
    return phase == Phase.PROVEN && release.filter(present::equals).isPresent();
  }

  /** Its name for a reader. */
  String text() {
    return namespace + "/" + name;
  }

  private static Phase phase(TracedWorkloadStatus status, Turn admitted) {
    Reverted reverted = status.reverted();
    if (reverted != null && !reverted.recovered()) {
      return Phase.REVERTING;
    }
    Optional<Reason> state = reason(status.state());
    if (status.candidate() != null) {
      if (admitted == null || !admitted.grants(status.candidate())) {
        return Phase.WAITING;
      }
      return state.filter(WRITE_REFUSED::contains).isPresent() ? Phase.OUT : Phase.RUNNING;
    }
    if (reverted != null) {
      return Phase.REVERTED;
    }
    boolean injected = Conditions.isTrue(status.conditions(), ConditionType.INJECTED);
    // A state of another version is written anew soon; until then it may be anything.
    return switch (state.map(Reason::group).orElse(Reason.Group.PROGRESSING)) {
      case TRACED -> Phase.PROVEN;
      case SILENT -> Phase.SILENT;
      case WAITING -> injected ? Phase.SILENT : Phase.OUT;
      case PROGRESSING, FAILED -> injected ? Phase.RUNNING : Phase.OUT;
      case REVERTED -> Phase.OUT;
    };
  }

  private static Optional<Reason> reason(String state) {
    try {
      return state == null ? Optional.empty() : Optional.of(Reason.ofApiName(state));
    } catch (IllegalArgumentException writtenByAnotherVersion) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> since(TracedWorkloadStatus status, ConditionType type) {
    try {
      return Conditions.find(status.conditions(), type)
          .map(Condition::getLastTransitionTime)
          .map(Instant::parse);
    } catch (DateTimeParseException unreadable) {
      return Optional.empty();
    }
  }
}
