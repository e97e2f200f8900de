package io.tracingstack.operator.rehearsal;

import static io.tracingstack.operator.testing.TestWorkloads.container;
import static io.tracingstack.operator.testing.TestWorkloads.deployment;
import static io.tracingstack.operator.testing.TestWorkloads.template;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.injection.JavaInjection;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.testing.TestStacks;
import io.tracingstack.operator.testing.Yaml;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RehearsalPodTest {
  static final RehearsalPod.Owner OWNER =
      new RehearsalPod.Owner(
          new OwnerReference(
              "tracingstack.io/v1alpha1",
              null,
              true,
              "TracedWorkload",
              "deployment-checkout",
              "aaaa-bbbb"),
          Duration.ofMinutes(5));

  private static final PodTemplateSpec PLAIN = template(container("app"));

  @Test
  void itIsTheSameWhetherAnEarlierChangeIsInOrNot() {
    PodTemplateSpec injected = Merge.of(PLAIN, plan("journey", PLAIN).fragment());

    assertThat(pod(injected)).isEqualTo(pod(PLAIN));
  }

  @Test
  void anotherTemplateHasAPodOfAnotherName() {
    PodTemplateSpec other = template(container("app"));
    other.getSpec().getContainers().get(0).setImage("registry.example.com/app:2");

    assertThat(pod(other).pod().getMetadata().getName())
        .startsWith("checkout-rehearsal-")
        .isNotEqualTo(pod(PLAIN).pod().getMetadata().getName());
  }

  @Test
  void whatUsesTheNetworkOfItsNodeCannotBeTried() {
    PodTemplateSpec onHost =
        new PodTemplateSpecBuilder(PLAIN).editSpec().withHostNetwork(true).endSpec().build();

    assertThat(obstacle(onHost).map(Refusal::reason)).contains(Reason.CANNOT_REHEARSE);
  }

  @Test
  void whatNeedsABlockDeviceCannotBeTried() {
    PodTemplateSpec raw =
        new PodTemplateSpecBuilder(PLAIN)
            .editSpec()
            .editContainer(0)
            .addNewVolumeDevice("/dev/data", "data")
            .endContainer()
            .endSpec()
            .build();

    assertThat(obstacle(raw).map(Refusal::message))
        .hasValueSatisfying(m -> assertThat(m).contains("app"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                                  | true",
        "{matchLabels: {app: checkout}}                                      | false",
        "{matchExpressions: [{key: app, operator: NotIn, values: [other]}]}  | true",
        "{matchExpressions: [{key: tracingstack.io/revision, operator: Exists}]} | true"
      })
  void aBudgetThatWouldCountThePodForbidsIt(String selector, boolean forbids) {
    PodDisruptionBudget budget =
        Yaml.read(
            "{metadata: {name: all}, spec: {selector: %s}}".formatted(selector),
            PodDisruptionBudget.class);

    assertThat(obstacle(PLAIN, budget).isPresent()).isEqualTo(forbids);
  }

  @Test
  void aBudgetWithoutASelectorSelectsNothing() {
    PodDisruptionBudget budget =
        Yaml.read("{metadata: {name: none}, spec: {}}", PodDisruptionBudget.class);

    assertThat(obstacle(PLAIN, budget)).isEmpty();
  }

  @Test
  void noLabelOfTheTemplateIsKept() {
    assertThat(pod(PLAIN).pod().getMetadata().getLabels())
        .containsOnlyKeys(Labels.REHEARSAL, Labels.REVISION);
  }

  private static RehearsalPod pod(PodTemplateSpec template) {
    return RehearsalPod.of(deployment(template), plan("rehearsal", template), OWNER);
  }

  private static Optional<Refusal> obstacle(
      PodTemplateSpec template, PodDisruptionBudget... budgets) {
    return RehearsalPod.obstacle(
        deployment(template), plan("rehearsal", template), OWNER, List.of(budgets));
  }

  private static InjectionPlan plan(String journey, PodTemplateSpec template) {
    return JavaInjection.decide(
            journey, deployment(template), TestStacks.instrumentation(), EnvFromNames.NONE)
        .plan()
        .orElseThrow();
  }
}
