package io.tracingstack.operator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.verification.PodTrouble;
import io.tracingstack.operator.verification.PodView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds whatever happens to the pods. */
class BlamePropertiesTest {
  @Provide
  Arbitrary<Blame.Facts> facts() {
    return Combinators.combine(
            pods(),
            pods(),
            Arbitraries.of("", "changed"),
            Arbitraries.of("", "proven=08:00:20", "proven=08:01:50"),
            Arbitraries.of("", "stalled"),
            Arbitraries.of(
                "",
                "refused=exceeded quota",
                "refused=container tracingstack-agent is not allowed"),
            Arbitraries.of("now=08:00:30", "now=08:02:00", "now=08:07:00", "now=12:00:00"))
        .as(
            (injected, former, changed, proven, stalled, refused, now) ->
                BlameFacts.of(
                    injected, former, String.join(";", changed, proven, stalled, refused, now)));
  }

  private static Arbitrary<String> pods() {
    return Arbitraries.of(BlameFacts.STATUS.keySet())
        .list()
        .ofMaxSize(4)
        .map(words -> String.join(" ", words));
  }

  @Property(tries = 500)
  void theOrderOfThePodsDoesNotMatter(@ForAll("facts") Blame.Facts facts, @ForAll Random random) {
    Blame.Facts shuffled =
        with(
            facts,
            shuffled(facts.injected(), random),
            shuffled(facts.former(), random),
            facts.provenSince(),
            facts.now());

    assertThat(Blame.of(shuffled)).isEqualTo(Blame.of(facts));
  }

  @Property(tries = 500)
  void nothingIsUndoneWhileEveryPodServesAndMoreMayBeMade(@ForAll("facts") Blame.Facts facts) {
    List<PodView> ready = List.of(BlameFacts.pod("new0", "ready", true));
    Blame.Facts healthy =
        new Blame.Facts(
            ready,
            facts.former(),
            facts.templateChanged(),
            facts.provenSince(),
            facts.settled(),
            facts.soak(),
            facts.written(),
            facts.verifyTimeout(),
            facts.stalled(),
            Optional.empty(),
            facts.now());

    assertThat(Blame.of(healthy).kind()).isEqualTo(Verdict.Kind.NONE);
  }

  @Property(tries = 500)
  void afterTheSoakOnlyOurOwnPartIsUndone(@ForAll("facts") Blame.Facts facts) {
    Instant now = Instant.parse("2026-11-21T12:00:00Z");
    Blame.Facts proven =
        with(
            facts,
            facts.injected(),
            facts.former(),
            Optional.of(Instant.parse("2026-11-21T08:00:30Z")),
            now);

    boolean ours =
        facts.injected().stream()
                .flatMap(p -> p.troubles().stream())
                .anyMatch(t -> t.part() == PodTrouble.Part.OURS)
            || facts.refused().filter(r -> r.message().contains("tracingstack")).isPresent();
    if (!ours) {
      assertThat(Blame.of(proven).kind().reverts()).isFalse();
    }
  }

  private static Blame.Facts with(
      Blame.Facts facts,
      List<PodView> injected,
      List<PodView> former,
      Optional<Instant> proven,
      Instant now) {
    return new Blame.Facts(
        injected,
        former,
        facts.templateChanged(),
        proven,
        facts.settled(),
        facts.soak(),
        facts.written(),
        facts.verifyTimeout(),
        facts.stalled(),
        facts.refused(),
        now);
  }

  private static List<PodView> shuffled(List<PodView> pods, Random random) {
    List<PodView> copy = new ArrayList<>(pods);
    Collections.shuffle(copy, random);
    return copy;
  }
}
