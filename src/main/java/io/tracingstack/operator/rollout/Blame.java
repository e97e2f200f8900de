package io.tracingstack.operator.rollout;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.rollout.Verdict.Culprit;
import io.tracingstack.operator.rollout.Verdict.Kind;
import io.tracingstack.operator.verification.CreationRefused;
import io.tracingstack.operator.verification.PodTrouble;
import io.tracingstack.operator.verification.PodTrouble.Part;
import io.tracingstack.operator.verification.PodView;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Whose fault it is when an injected workload fails: an ordered chain of rules, of which the first
 * that fits decides. The order of the pods does not matter.
 */
public final class Blame {
  /** By then the kubelet has tried to pull an image three times. */
  private static final Duration PULL_PATIENCE = Duration.ofMinutes(1);

  /**
   * A pod that ends slowly holds its share of a quota, and a webhook may be restarting: what was
   * refused for less than this may be let in by itself.
   */
  private static final Duration REFUSAL_PATIENCE = Duration.ofMinutes(1);

  /** Signs that the content of a pod is at fault, and not what it lacks from outside. */
  private static final Set<PodTrouble.Kind> DEFINITE =
      Set.of(
          PodTrouble.Kind.CRASH_LOOP,
          PodTrouble.Kind.OUT_OF_MEMORY,
          PodTrouble.Kind.PROBE_KILLED,
          PodTrouble.Kind.EVICTED);

  /**
   * What is known.
   *
   * @param injected pods of the injected revision, of the newest pod template only
   * @param former the workload's other pods: of an earlier template, or without us
   * @param templateChanged whether the owner has changed the pod template since our change, or with
   *     it, where ours rode along: then the two cannot be told apart
   * @param provenSince since when spans of this revision are proven to arrive
   * @param settled when all pods had served with an unproven change for long; what fails later is
   *     its doing only where it is our own part
   * @param soak how long a proof must stand until the change is beyond suspicion
   * @param written when our change was written
   * @param verifyTimeout how long a pod may take to become Ready
   * @param stalled that the controller has given up waiting for progress, in its words
   * @param refused what keeps the controller from creating pods
   */
  public record Facts(
      List<PodView> injected,
      List<PodView> former,
      boolean templateChanged,
      Optional<Instant> provenSince,
      Optional<Instant> settled,
      Duration soak,
      Instant written,
      Duration verifyTimeout,
      Optional<String> stalled,
      Optional<CreationRefused> refused,
      Instant now) {}

  private record Case(PodView pod, PodTrouble trouble) {
    private static final Comparator<Case> ORDER =
        Comparator.comparing(Case::trouble, PodTrouble.ORDER).thenComparing(c -> c.pod().name());

    Verdict verdict(Kind kind) {
      return verdict(kind, "");
    }

    Verdict verdict(Kind kind, String more) {
      return new Verdict(
          kind,
          trouble.kind().reason(),
          "pod %s: %s%s".formatted(pod.name(), trouble.message(), more),
          Optional.of(Culprit.of(pod, trouble)));
    }
  }

  private final Facts facts;
  private final List<PodView> pods;
  private final List<Case> cases;
  private final Optional<Verdict> overdue;

  private Blame(Facts facts) {
    this.facts = facts;
    // An ended pod of an earlier attempt with the same content says nothing about this one.
    Instant written = facts.written().truncatedTo(ChronoUnit.SECONDS);
    this.pods =
        facts.injected().stream()
            .filter(p -> !p.life().deleting())
            .filter(p -> !(p.life().over() && p.created().isBefore(written)))
            .sorted(Comparator.comparing(PodView::name))
            .toList();
    this.cases = cases(pods);
    this.overdue =
        new Overdue(facts)
            .find(pods.stream().filter(p -> !p.life().over() && cases(List.of(p)).isEmpty()));
  }

  /** Judges. */
  public static Verdict of(Facts facts) {
    Blame blame = new Blame(facts);
    if (blame.cases.isEmpty() && blame.overdue.isEmpty() && facts.refused().isEmpty()) {
      return none();
    }
    return Stream.<Supplier<Optional<Verdict>>>of(
            blame::ourOwnPart,
            blame::refused,
            blame::nodes,
            blame::imagesAndConfiguration,
            blame::neighbours,
            blame::stoodBefore,
            blame::definite,
            () -> blame.overdue)
        .flatMap(rule -> rule.get().stream())
        .findFirst()
        .orElseGet(Blame::none);
  }

  private static Verdict none() {
    return new Verdict(Kind.NONE, Reason.PROGRESSING, "nothing is wrong", Optional.empty());
  }

  private List<Case> cases(List<PodView> of) {
    return of.stream()
        .flatMap(p -> p.troubles().stream().map(t -> new Case(p, t)))
        .filter(c -> c.trouble().matters(facts.now()))
        .sorted(Case.ORDER)
        .toList();
  }

  private Optional<Case> first(Predicate<PodTrouble> which) {
    return cases.stream().filter(c -> which.test(c.trouble())).findFirst();
  }

  /** Our init container and our volume can fail at any time, also long after the proof. */
  private Optional<Verdict> ourOwnPart() {
    return first(t -> t.part() == Part.OURS)
        .map(
            c -> {
              boolean early =
                  c.trouble().kind() == PodTrouble.Kind.IMAGE_PULL
                      && lasts(c.pod().created(), PULL_PATIENCE).isNegative();
              return c.verdict(early ? Kind.WAIT : Kind.OURS);
            });
  }

  /** Who changes a template so that its pods are refused answers for it. */
  private Optional<Verdict> refused() {
    return facts
        .refused()
        .map(
            r -> {
              boolean named = Footprint.isNamedIn(r.message());
              boolean ours = named || (isNew() && !facts.templateChanged());
              boolean early = !named && lasts(r.since(), REFUSAL_PATIENCE).isNegative();
              return new Verdict(
                  !ours ? Kind.THEIRS : early ? Kind.WAIT : Kind.OURS,
                  Reason.POD_REFUSED,
                  "no pod can be created: " + r.message(),
                  Optional.empty());
            });
  }

  /**
   * A node is nobody's content. A pod that finds no node for long is different: our restart took
   * the place of its predecessor away, or what our init container asks for is what does not fit.
   */
  private Optional<Verdict> nodes() {
    boolean only =
        !cases.isEmpty()
            && overdue.isEmpty()
            && cases.stream().allMatch(c -> c.trouble().kind().isOfTheNode());
    if (!only) {
      return Optional.empty();
    }
    Optional<Case> homeless =
        cases.stream()
            .filter(c -> c.trouble().kind() == PodTrouble.Kind.UNSCHEDULABLE)
            .filter(c -> !lasts(c.pod().created(), facts.verifyTimeout()).isNegative())
            .findFirst()
            .filter(c -> isNew() && !facts.templateChanged());
    return homeless
        .map(c -> c.verdict(Kind.UNCLEAR))
        .or(() -> Optional.of(cases.get(0).verdict(Kind.WAIT)));
  }

  /**
   * What the owner's own containers lack from outside is not in our content. But where the template
   * is as it was, our restart brought it to light: when it does not mend in time, a workload is
   * better off with the pods that it had.
   */
  private Optional<Verdict> imagesAndConfiguration() {
    if (first(t -> DEFINITE.contains(t.kind())).isPresent()) {
      return Optional.empty();
    }
    return first(
            t -> t.kind() == PodTrouble.Kind.IMAGE_PULL || t.kind() == PodTrouble.Kind.CONFIG_ERROR)
        .map(
            c -> {
              boolean late = !lasts(c.pod().created(), facts.verifyTimeout()).isNegative();
              return c.verdict(
                  late && isNew() && !facts.templateChanged() ? Kind.UNCLEAR : Kind.THEIRS);
            });
  }

  /** When the pods that our change never reached fail as well, something else is down. */
  private Optional<Verdict> neighbours() {
    List<PodView> living =
        facts.former().stream()
            .filter(p -> !p.life().deleting() && !p.life().over())
            .filter(
                p -> cases(List.of(p)).stream().noneMatch(c -> c.trouble().kind().isOfTheNode()))
            .toList();
    long failing = living.stream().filter(p -> !p.ready() || !cases(List.of(p)).isEmpty()).count();
    // One of many may fail by itself.
    return failing == 0 || failing * 2 < living.size()
        ? Optional.empty()
        : suspect(
            Kind.THEIRS,
            "; %d of %d pods without this change fail as well".formatted(failing, living.size()));
  }

  private Optional<Verdict> stoodBefore() {
    Optional<Instant> proven = facts.provenSince();
    if (proven.isEmpty()) {
      return facts
          .settled()
          .flatMap(
              time -> suspect(Kind.THEIRS, "; all pods had served with this revision by " + time));
    }
    if (facts.templateChanged()) {
      return suspect(Kind.THEIRS, "; this revision was proven before the pod template was changed");
    }
    return lasts(proven.get(), facts.soak()).isNegative()
        ? Optional.empty()
        : suspect(
            Kind.THEIRS,
            "; this revision is proven since " + proven.get().truncatedTo(ChronoUnit.SECONDS));
  }

  /** In a container that we did not change we have only caused the restart. */
  private Optional<Verdict> definite() {
    return first(t -> DEFINITE.contains(t.kind()))
        .map(
            c ->
                c.verdict(
                    facts.templateChanged() || c.trouble().part() == Part.OTHERS
                        ? Kind.UNCLEAR
                        : Kind.OURS));
  }

  private Optional<Verdict> suspect(Kind kind, String more) {
    return first(t -> !t.kind().isOfTheNode())
        .map(c -> c.verdict(kind, more))
        .or(() -> overdue.map(v -> new Verdict(kind, v.reason(), v.message() + more, v.culprit())));
  }

  private boolean isNew() {
    return facts.provenSince().isEmpty() && facts.settled().isEmpty();
  }

  /** How much longer than a limit it is; negative before. */
  private Duration lasts(Instant since, Duration limit) {
    return Duration.between(since, facts.now()).minus(limit);
  }
}
