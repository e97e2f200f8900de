package io.tracingstack.operator.rollout;

import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Reverted;
import java.util.List;
import java.util.Optional;

/** What is kept of a failed pod, which is gone after the revert. */
public final class FailureEvidence {
  private static final int LINES = 10;

  /** A stack trace's line that says something fits; a status is no place for more. */
  private static final int CHARACTERS = 200;

  /** What the kubelet answers, without an error, for a container that it has cleared away. */
  private static final String CLEARED_AWAY = "unable to retrieve container logs for ";

  private FailureEvidence() {}

  /** Whether what was read in place of a log is one. */
  public static boolean isLog(String text) {
    return !text.startsWith(CLEARED_AWAY);
  }

  /**
   * The evidence of a verdict; empty when no pod is to blame.
   *
   * @param log the culprit's log, or the end of it; empty when it could not be read
   */
  public static Optional<Reverted.Evidence> of(Verdict verdict, Optional<String> log) {
    return verdict
        .culprit()
        .map(
            c ->
                new Reverted.Evidence(
                    c.pod(),
                    c.container().orElse(null),
                    c.exitCode().orElse(null),
                    c.container().isEmpty() ? null : Integer.valueOf(c.restarts()),
                    log.map(FailureEvidence::tail).filter(l -> !l.isEmpty()).orElse(null)));
  }

  /**
   * The last lines of a log that are not blank, cut to a length. Nothing is masked: whoever may
   * read the status reads what the application wrote.
   */
  static List<String> tail(String log) {
    List<String> lines = log.lines().map(String::stripTrailing).filter(l -> !l.isBlank()).toList();
    return lines.subList(Math.max(0, lines.size() - LINES), lines.size()).stream()
        .map(FailureEvidence::cut)
        .toList();
  }

  /** Counts code points, so that no character is cut in two. */
  private static String cut(String line) {
    return line.codePointCount(0, line.length()) <= CHARACTERS
        ? line
        : line.substring(0, line.offsetByCodePoints(0, CHARACTERS));
  }
}
