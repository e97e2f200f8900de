package io.tracingstack.operator.journey;

import io.tracingstack.operator.verification.PodView;
import io.tracingstack.operator.verification.PodView.Run;
import java.util.List;
import java.util.Optional;

/** Which of a CronJob's pods speak for it: they come, end, and are taken away. */
public final class Runs {
  private Runs() {}

  /**
   * The pods of the newest run whose init containers have ended. Those of a run that is starting
   * speak only while no run ever did, so that each run does not undo what the last one showed.
   *
   * @param pods of the injected revision, newest first
   * @param shownBefore whether an earlier run of this revision has shown its agent
   */
  public static List<PodView> speaking(List<PodView> pods, boolean shownBefore) {
    Optional<String> newest =
        pods.stream().filter(PodView::hasTold).flatMap(p -> job(p).stream()).findFirst();
    return newest
        .map(
            job ->
                pods.stream()
                    .filter(p -> p.hasTold() && job(p).filter(job::equals).isPresent())
                    .toList())
        .orElse(shownBefore ? List.of() : pods);
  }

  private static Optional<String> job(PodView pod) {
    return pod.run().map(Run::job);
  }
}
