package io.tracingstack.operator.injection;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.StackRef;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.injection.StackSelection.Choice;
import io.tracingstack.operator.injection.StackSelection.NamespaceView;
import io.tracingstack.operator.injection.StackSelection.Policy;
import io.tracingstack.operator.testing.TestStacks;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StackSelectionTest {
  private static final Policy NO_POLICY = new Policy(Set.of(), Set.of("tracingstack-system"));
  private static final StackCandidate OWN = stack("shop", "tracing");
  private static final StackCandidate CENTRAL = stack("observability", "tracing");
  private static final StackCandidate OTHER = stack("observability", "other");
  private static final Map<String, String> CONSENT = Map.of(Labels.STACK, "observability.tracing");

  @Test
  void aStackServesItsOwnNamespace() {
    assertThat(choose(shop(), Map.of(), Map.of(), NO_POLICY, OWN, CENTRAL).stack()).contains(OWN);
  }

  @Test
  void anotherNamespaceNeedsConsent() {
    Choice choice = choose(shop(), Map.of(), Map.of(), NO_POLICY, CENTRAL);

    assertThat(choice.stack()).isEmpty();
    assertThat(reason(choice)).isEqualTo(Reason.NO_CONSENT);
    assertThat(choice.refusal().orElseThrow().message()).contains("observability.tracing");
  }

  @Test
  void consentMayBeALabelOrAnAnnotationOfTheNamespaceOrTheWorkload() {
    NamespaceView labelled = new NamespaceView("shop", CONSENT, Map.of());
    NamespaceView annotated = new NamespaceView("shop", Map.of(), CONSENT);

    assertThat(
            List.of(
                choose(labelled, Map.of(), Map.of(), NO_POLICY, CENTRAL),
                choose(annotated, Map.of(), Map.of(), NO_POLICY, CENTRAL),
                choose(shop(), CONSENT, Map.of(), NO_POLICY, CENTRAL),
                choose(shop(), Map.of(), CONSENT, NO_POLICY, CENTRAL)))
        .allSatisfy(choice -> assertThat(choice.stack()).contains(CENTRAL));
  }

  @Test
  void theWorkloadsWordWinsOverTheNamespaces() {
    NamespaceView namespace =
        new NamespaceView("shop", Map.of(Labels.STACK, "observability.other"), Map.of());

    assertThat(choose(namespace, Map.of(), CONSENT, NO_POLICY, CENTRAL, OTHER, OWN).stack())
        .contains(CENTRAL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"observability.gone", "observability", ".tracing", "shop.", "a.b.c"})
  void namingWhatIsNoStackIsToldAndNoOtherOneIsTaken(String named) {
    Choice choice = choose(shop(), Map.of(), Map.of(Labels.STACK, named), NO_POLICY, OWN, CENTRAL);

    assertThat(choice.stack()).isEmpty();
    assertThat(reason(choice)).isEqualTo(Reason.NO_STACK);
    assertThat(choice.refusal().orElseThrow().message()).contains("'" + named + "'");
  }

  @Test
  void withoutAnyStackThereIsNone() {
    assertThat(reason(choose(shop(), Map.of(), Map.of(), NO_POLICY))).isEqualTo(Reason.NO_STACK);
  }

  @Test
  void twoStacksOfTheNamespaceAreAmbiguous() {
    Choice choice =
        choose(shop(), Map.of(), Map.of(), NO_POLICY, OWN, stack("shop", "second"), CENTRAL);

    assertThat(reason(choice)).isEqualTo(Reason.AMBIGUOUS_STACK);
    assertThat(choice.refusal().orElseThrow().message()).contains("[shop.second, shop.tracing]");
  }

  @Test
  void aStackWithAnInvalidSpecificationKeepsWhatItServes() {
    StackCandidate invalid = new StackCandidate(new StackRef("shop", "tracing"), Optional.empty());

    assertThat(choose(shop(), Map.of(), Map.of(), NO_POLICY, invalid, CENTRAL).stack())
        .contains(invalid);
  }

  @Test
  void aClusterWideStackNeedsNoConsentAndYieldsToTheNamespacesOwn() {
    Policy policy = new Policy(Set.of(new StackRef("observability", "tracing")), Set.of());

    assertThat(choose(shop(), Map.of(), Map.of(), policy, CENTRAL, OTHER).stack())
        .contains(CENTRAL);
    assertThat(choose(shop(), Map.of(), Map.of(), policy, CENTRAL, OWN).stack()).contains(OWN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kube-system",
        "kube-public",
        "openshift",
        "openshift-monitoring",
        "tracingstack-system"
      })
  void protectedNamespacesAreNeverServedWhoeverConsents(String name) {
    Policy policy =
        new Policy(Set.of(new StackRef("observability", "tracing")), Set.of("tracingstack-system"));

    Choice choice =
        choose(
            new NamespaceView(name, CONSENT, CONSENT),
            CONSENT,
            CONSENT,
            policy,
            CENTRAL,
            stack(name, "own"));

    assertThat(choice.stack()).isEmpty();
    assertThat(reason(choice)).isEqualTo(Reason.PROTECTED_NAMESPACE);
  }

  @Test
  void aNameThatOnlyBeginsLikeASystemNamespaceIsNotProtected() {
    assertThat(
            choose(
                    new NamespaceView("openshifters", Map.of(), Map.of()),
                    Map.of(),
                    CONSENT,
                    NO_POLICY,
                    CENTRAL)
                .stack())
        .contains(CENTRAL);
  }

  @Test
  void theSelectorNarrowsWhatConsentOpened() {
    StackCandidate payments = onlyTeam("payments");

    assertThat(reason(choose(shop(), Map.of(), CONSENT, NO_POLICY, payments)))
        .isEqualTo(Reason.NAMESPACE_EXCLUDED);
    assertThat(
            choose(
                    new NamespaceView("shop", Map.of("team", "payments"), Map.of()),
                    Map.of(),
                    CONSENT,
                    NO_POLICY,
                    payments)
                .stack())
        .contains(payments);
  }

  @Test
  void theSelectorNeverWidens() {
    NamespaceView fitting = new NamespaceView("shop", Map.of("team", "payments"), Map.of());

    assertThat(reason(choose(fitting, Map.of(), Map.of(), NO_POLICY, onlyTeam("payments"))))
        .isEqualTo(Reason.NO_CONSENT);
  }

  private static NamespaceView shop() {
    return new NamespaceView("shop", Map.of(), Map.of());
  }

  private static Reason reason(Choice choice) {
    return choice.refusal().orElseThrow().reason();
  }

  private static Choice choose(
      NamespaceView namespace,
      Map<String, String> labels,
      Map<String, String> annotations,
      Policy policy,
      StackCandidate... stacks) {
    return StackSelection.choose(namespace, labels, annotations, List.of(stacks), policy);
  }

  private static StackCandidate stack(String namespace, String name) {
    return StackCandidate.of(TestStacks.plan(TestStacks.named(namespace, name)));
  }

  private static StackCandidate onlyTeam(String team) {
    TracingStack stack =
        TestStacks.withSpec(
            "instrumentation: {namespaceSelector: {matchLabels: {team: %s}}}".formatted(team));
    return StackCandidate.of(TestStacks.plan(stack));
  }
}
