package io.tracingstack.operator.journey;

import static io.tracingstack.operator.testing.TestWorkloads.container;
import static io.tracingstack.operator.testing.TestWorkloads.deployment;
import static io.tracingstack.operator.testing.TestWorkloads.env;
import static io.tracingstack.operator.testing.TestWorkloads.template;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.injection.JavaInjection;
import io.tracingstack.operator.stack.InstrumentationPlan;
import io.tracingstack.operator.testing.ServerSideApply;
import io.tracingstack.operator.testing.TestStacks;
import io.tracingstack.operator.testing.Yaml;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IntentDecisionTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00.789Z");
  private static final PodTemplateSpec BARE = template(container("app"));
  private static final InjectionPlan PLAN = plan(TestStacks.instrumentation());
  private static final PodTemplateSpec INJECTED = ServerSideApply.apply(BARE, PLAN.fragment());

  @Test
  void whatIsThereIsKept() {
    assertThat(decide(injectedBefore(List.of()), INJECTED, null)).isEqualTo(new Intent.Keep(PLAN));
  }

  @Test
  void aNewWorkloadIsInjected() {
    assertThat(decide(TracedWorkloadStatus.empty(), BARE, null))
        .isEqualTo(new Intent.Inject(PLAN, List.of()));
  }

  @Test
  void aLossIsWrittenDownAndOursIsWrittenAgain() {
    assertThat(decide(injectedBefore(List.of("2026-11-21T11:58:00Z")), BARE, null))
        .isEqualTo(
            new Intent.Inject(PLAN, List.of("2026-11-21T11:58:00Z", "2026-11-21T12:00:00Z")));
  }

  @Test
  void theThirdLossWithinTheWindowGivesUp() {
    assertThat(
            decide(
                injectedBefore(List.of("2026-11-21T11:51:00Z", "2026-11-21T11:58:00Z")),
                BARE,
                null))
        .isEqualTo(
            new Intent.GiveUp(
                PLAN,
                List.of("2026-11-21T11:51:00Z", "2026-11-21T11:58:00Z", "2026-11-21T12:00:00Z")));
  }

  @Test
  void oldLossesAreForgotten() {
    assertThat(
            decide(
                injectedBefore(List.of("2026-11-21T11:49:59Z", "2026-11-21T11:58:00Z")),
                BARE,
                null))
        .isEqualTo(
            new Intent.Inject(PLAN, List.of("2026-11-21T11:58:00Z", "2026-11-21T12:00:00Z")));
  }

  @Test
  void havingGivenUpItStaysThatWayHoweverMuchTimePasses() {
    TracedWorkloadStatus fighting =
        status("False", "Fighting", List.of("2026-11-20T00:00:00Z"), null);

    assertThat(decide(fighting, BARE, null)).isEqualTo(new Intent.GiveUp(PLAN, List.of()));
  }

  @Test
  void aNewValueOfTheRetryAnnotationTriesAgainWithoutTheFormerLosses() {
    TracedWorkloadStatus fighting =
        status("False", "Fighting", List.of("2026-11-21T11:59:00Z"), "1");

    assertThat(decide(fighting, BARE, "1")).isInstanceOf(Intent.GiveUp.class);
    assertThat(decide(fighting, BARE, "2")).isEqualTo(new Intent.Inject(PLAN, List.of()));
  }

  @Test
  void havingGivenUpOursThatCameBackAreKept() {
    assertThat(decide(status("False", "Fighting", List.of(), null), INJECTED, null))
        .isEqualTo(new Intent.Keep(PLAN));
  }

  @Test
  void aChangedRevisionIsNoLoss() {
    InjectionPlan changed =
        plan(TestStacks.plan("instrumentation: {samplingRatio: 0.5}").instrumentation());

    assertThat(IntentDecision.decide(injectedBefore(List.of()), INJECTED, changed, null, NOW))
        .isEqualTo(new Intent.Inject(changed, List.of()));
  }

  @Test
  void whatNeverWasInCannotBeLost() {
    assertThat(decide(status("False", "Conflict", List.of(), null), BARE, null))
        .isEqualTo(new Intent.Inject(PLAN, List.of()));
  }

  @Test
  void aLossCountsOnceHoweverLongTheRepairWaitsForItsTurn() {
    for (String waitsFor : List.of("Preflight", "Admitted")) {
      TracedWorkloadStatus waiting =
          Yaml.read(
              """
              lostInjections: ['2026-11-21T11:58:00Z']
              conditions:
                - {type: Injected, status: 'True', reason: Injected}
                - {type: %s, status: 'False', reason: RolloutInProgress}
              """
                  .formatted(waitsFor),
              TracedWorkloadStatus.class);

      assertThat(decide(waiting, BARE, null))
          .isEqualTo(new Intent.Inject(PLAN, List.of("2026-11-21T11:58:00Z")));
    }
  }

  @Test
  void aVariableThatItsOwnerTakesBackIsALossToo() {
    // Given
    PodTemplateSpec own = template(container("app", env("JAVA_TOOL_OPTIONS", "-Xmx1g")));
    InjectionPlan plan = takingOver(own);
    PodTemplateSpec injected =
        ServerSideApply.apply(
            own, plan.fragment(), path -> path.endsWith("env[\"JAVA_TOOL_OPTIONS\"].value"));
    PodTemplateSpec takenBack = new PodTemplateSpecBuilder(injected).build();
    takenBack.getSpec().getContainers().get(0).getEnv().stream()
        .filter(v -> v.getName().equals("JAVA_TOOL_OPTIONS"))
        .forEach(v -> v.setValue("-Xmx1g"));

    // When
    Intent intent =
        IntentDecision.decide(
            injectedBefore(List.of("2026-11-21T11:51:00Z", "2026-11-21T11:58:00Z")),
            takenBack,
            takingOver(takenBack),
            null,
            NOW);

    // Then
    assertThat(intent).isInstanceOf(Intent.GiveUp.class);
  }

  private static InjectionPlan takingOver(PodTemplateSpec template) {
    return JavaInjection.decide(
            "journey",
            deployment(Map.of(Labels.TAKE_OVER, "true"), template),
            TestStacks.instrumentation(),
            EnvFromNames.NONE)
        .plan()
        .orElseThrow();
  }

  private static Intent decide(TracedWorkloadStatus status, PodTemplateSpec live, String retry) {
    return IntentDecision.decide(status, live, PLAN, retry, NOW);
  }

  private static TracedWorkloadStatus injectedBefore(List<String> losses) {
    return status("True", "Injected", losses, null);
  }

  private static TracedWorkloadStatus status(
      String injected, String reason, List<String> losses, String handledRetry) {
    return Yaml.read(
        """
        lostInjections: %s
        handledRetry: %s
        conditions: [{type: Injected, status: '%s', reason: %s}]
        """
            .formatted(
                losses == null ? null : losses.stream().map("'%s'"::formatted).toList(),
                handledRetry,
                injected,
                reason),
        TracedWorkloadStatus.class);
  }

  private static InjectionPlan plan(InstrumentationPlan instrumentation) {
    return JavaInjection.decide("journey", deployment(BARE), instrumentation, EnvFromNames.NONE)
        .plan()
        .orElseThrow();
  }
}
