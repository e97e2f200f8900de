package io.tracingstack.operator.journey;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.verification.PodTrouble;
import io.tracingstack.operator.verification.PodView;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the condition RolledOut says.
 *
 * @param pods of the newest pod template with the injected revision, newest first
 */
record RolledOut(RolloutView view, List<PodView> pods) {
  private static final Comparator<PodView> BY_TROUBLE =
      Comparator.comparing((PodView p) -> p.trouble().orElseThrow(), PodTrouble.ORDER)
          .thenComparing(PodView::name);

  Finding finding() {
    if (view.byRuns()) {
      return ofRun();
    }
    if (complete()) {
      return view.desired() == 0
          ? Finding.unknown(
              Reason.SCALED_TO_ZERO, "no pods are wanted: no replicas, or no node that fits")
          : Finding.yes(
              Reason.ROLLED_OUT,
              "%d of %d pods are of this revision".formatted(view.updated(), view.desired()));
    }
    Optional<Finding> trouble = trouble();
    if (trouble.isPresent()) {
      return trouble.get();
    }
    if (view.refused().isPresent()) {
      return Finding.no(
          Reason.POD_REFUSED, "no pod can be created: " + view.refused().get().message());
    }
    if (view.paused()) {
      return Finding.no(Reason.PAUSED_DEPLOYMENT, "the Deployment is paused");
    }
    if (view.onDelete() && view.observed() && view.updated() < view.desired()) {
      return Finding.no(
          Reason.ON_DELETE,
          "%d of %d pods are of this revision".formatted(view.updated(), view.desired()));
    }
    if (view.partitioned()) {
      return Finding.no(
          Reason.PARTITIONED,
          "%d of %d pods are of this revision, the partition keeps %d"
              .formatted(view.updated(), view.desired(), view.kept()));
    }
    Optional<PodView> unready =
        pods.stream()
            .filter(p -> !p.ready() && p.life().runningSince().isPresent())
            .min(Comparator.comparing(PodView::name));
    if (view.stalled().isPresent() && unready.isPresent()) {
      return Finding.no(
          Reason.PROBE_FAILING,
          "pod %s runs and does not become ready; %s"
              .formatted(unready.get().name(), view.stalled().get()));
    }
    return Finding.no(
        Reason.PROGRESSING,
        "%d of %d pods are of this revision, %d available, %d of former revisions left%s"
            .formatted(
                view.updated(),
                view.desired(),
                view.available(),
                Math.max(0, view.total() - view.updated()),
                view.stalled().map(s -> "; " + s).orElse("")));
  }

  private static Finding troubled(String pod, PodTrouble trouble) {
    return Finding.no(trouble.kind().reason(), "pod %s: %s".formatted(pod, trouble.message()));
  }

  /** A run that has ended has taken the template, however it ended: that is its own affair. */
  private Finding ofRun() {
    if (pods.isEmpty()) {
      return Finding.unknown(
          Reason.AWAITING_RUN,
          view.paused()
              ? "the CronJob is suspended; its pod template takes effect with the next run"
              : "the pod template takes effect with the next run");
    }
    return trouble()
        .orElseGet(
            () ->
                pods.stream().anyMatch(p -> p.ready() || p.ended().isPresent())
                    ? Finding.yes(Reason.ROLLED_OUT, "a run has pods of this revision")
                    : Finding.no(Reason.PROGRESSING, "the pods of a run are starting"));
  }

  private Optional<Finding> trouble() {
    return pods.stream()
        .filter(p -> !p.life().deleting() && p.trouble().isPresent())
        .min(BY_TROUBLE)
        .map(p -> troubled(p.name(), p.trouble().orElseThrow()));
  }

  /**
   * Whether the rollout is, told also by the pods: by the hash their controller labelled them with.
   * They were read after the counts, which may be of a moment before.
   */
  private boolean complete() {
    return view.complete()
        && (pods.isEmpty() || pods.stream().filter(PodView::ready).count() >= view.desired());
  }
}
