package io.tracingstack.operator.journey;

import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec.Restart;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.Turn;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Asks for turns: the wish of one workload to be changed by us, and what became of it. */
public final class Turns {
  private Turns() {}

  /** What a workload needs before anything is written into it. */
  public sealed interface Wish {
    /** It may be changed now. */
    record Granted(Turn turn) implements Wish {}

    /** It waits for the rollout to grant this turn. */
    record Asking(Turn turn) implements Wish {}

    /**
     * It waits for its owner's own next rollout.
     *
     * @param missed the turn that was granted for one that is over
     */
    record NextChange(Optional<Turn> missed) implements Wish {}

    /** Whether it goes along with a rollout of the workload's own. */
    default boolean riding() {
      Turn turn =
          this instanceof Granted granted
              ? granted.turn()
              : this instanceof Asking asking ? asking.turn() : null;
      return turn != null && Boolean.TRUE.equals(turn.riding());
    }
  }

  /**
   * The wish.
   *
   * @param admitted the turn that the rollout granted last, may be null
   * @param template hash of the pod template without us
   * @param restart the stack's policy, which an annotation of the workload overrides
   * @param rollout how far the workload's own rollout is
   */
  public static Wish wish(
      TracedWorkloadStatus before,
      Turn admitted,
      String revision,
      String template,
      String release,
      Map<String, String> annotations,
      Restart restart,
      RolloutView rollout) {
    Boolean canary = "true".equals(annotations.get(Labels.CANARY)) ? true : null;
    boolean patient = isPatient(annotations, restart) && !rollout.restartsNothing();
    Turn turn =
        new Turn(
            number(before),
            revision,
            template,
            release,
            canary,
            patient && rollout.restarting() ? true : null);
    boolean granted = turn.grants(admitted);
    if (patient && !rollout.restarting()) {
      return new Wish.NextChange(granted ? Optional.of(turn) : Optional.empty());
    }
    return granted ? new Wish.Granted(turn) : new Wish.Asking(turn);
  }

  /** Asks for the same change once more, after a turn that was granted and is forgone. */
  public static Wish.Asking again(Turn forgone) {
    return new Wish.Asking(forgone.numbered(forgone.number() + 1));
  }

  /** The turn in which content found in a workload was written, as far as anybody remembers. */
  public static Turn takenWith(
      TracedWorkloadStatus before,
      Turn admitted,
      String revision,
      String template,
      String release) {
    return Stream.of(Optional.ofNullable(before.taken()), Optional.ofNullable(admitted))
        .flatMap(Optional::stream)
        .filter(turn -> turn.revision().equals(revision))
        // The later one was used in this pass, or just before the operator ended.
        .max(Comparator.comparing(Turn::number))
        // Written by an operator that knew no turns.
        .orElseGet(() -> new Turn(number(before), revision, template, release, null, null));
  }

  /**
   * The turn to remember when one was granted and not used. Content that is in keeps the turn in
   * which it was written, but for the number: a turn is not granted twice.
   *
   * @param written the turn of the content that is in; null for none
   */
  static Turn after(Turn forgone, Turn written) {
    return written == null
        ? forgone
        : written.numbered(Math.max(written.number(), forgone.number()));
  }

  private static long number(TracedWorkloadStatus before) {
    return before.taken() == null ? 1 : before.taken().number() + 1;
  }

  private static boolean isPatient(Map<String, String> annotations, Restart restart) {
    String own = annotations.getOrDefault(Labels.RESTART, "");
    return switch (own) {
      case "OnNextChange" -> true;
      case "Immediate" -> false;
      default -> restart == Restart.ON_NEXT_CHANGE;
    };
  }
}
