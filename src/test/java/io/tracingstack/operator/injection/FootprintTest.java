package io.tracingstack.operator.injection;

import static io.tracingstack.operator.testing.TestWorkloads.container;
import static io.tracingstack.operator.testing.TestWorkloads.deployment;
import static io.tracingstack.operator.testing.TestWorkloads.template;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.testing.ServerSideApply;
import io.tracingstack.operator.testing.TestStacks;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FootprintTest {
  @Test
  void theAnnotationReadsBackAsItWasWritten() {
    InjectionPlan plan = plan(template(container("app")));

    Footprint footprint = Footprint.of(plan.fragment()).orElseThrow();

    assertThat(footprint.revision()).isEqualTo(plan.revision());
    assertThat(footprint.env()).containsOnlyKeys("app");
    assertThat(footprint.env().get("app")).containsKey("JAVA_TOOL_OPTIONS");
    assertThat(footprint.toAnnotation())
        .isEqualTo(plan.fragment().getMetadata().getAnnotations().get(Labels.INJECTED));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "true", "{", "[]", "{\"revision\":1,\"other\":2}"})
  void anAnnotationThatIsNotOursIsNoFootprintAndStripsNothing(String text) {
    PodTemplateSpec template =
        new PodTemplateSpecBuilder(template(container("app")))
            .editMetadata()
            .addToAnnotations(Labels.INJECTED, text)
            .endMetadata()
            .build();

    assertThat(Footprint.of(template)).isEmpty();
    assertThat(Footprint.strip(template)).isSameAs(template);
  }

  @Test
  void aTemplateWithoutMetadataHasNoFootprint() {
    PodTemplateSpec bare = new PodTemplateSpecBuilder().withNewSpec().endSpec().build();

    assertThat(Footprint.of(bare)).isEmpty();
    assertThat(Footprint.strip(bare)).isSameAs(bare);
  }

  @Test
  void strippingLeavesItsArgumentAlone() {
    PodTemplateSpec before = template(container("app"));
    PodTemplateSpec injected = ServerSideApply.apply(before, plan(before).fragment());
    PodTemplateSpec copy = new PodTemplateSpecBuilder(injected).build();

    Footprint.strip(injected);

    assertThat(injected).isEqualTo(copy);
  }

  @Test
  void removalPinsTheResourceVersionFirst() {
    PodTemplateSpec before = template(container("app"));
    PodTemplateSpec injected = ServerSideApply.apply(before, plan(before).fragment());

    List<Map<String, Object>> operations =
        FootprintRemoval.operations(
            Footprint.of(injected).orElseThrow(), WorkloadKind.DEPLOYMENT, injected, "4711");

    assertThat(operations.get(0))
        .isEqualTo(Map.of("op", "test", "path", "/metadata/resourceVersion", "value", "4711"));
    assertThat(operations.subList(1, operations.size()))
        .isNotEmpty()
        .allSatisfy(operation -> assertThat(operation).containsEntry("op", "remove"));
    assertThat(operations)
        .extracting(operation -> operation.get("path"))
        .contains(
            "/spec/template/metadata/annotations/tracingstack.io~1injected",
            "/spec/template/metadata/labels/tracingstack.io~1revision");
  }

  @Test
  void removalGoesWhereTheKindHasItsTemplate() {
    PodTemplateSpec before = template(container("app"));
    PodTemplateSpec injected = ServerSideApply.apply(before, plan(before).fragment());

    List<Map<String, Object>> operations =
        FootprintRemoval.operations(
            Footprint.of(injected).orElseThrow(), WorkloadKind.CRON_JOB, injected, "4711");

    assertThat(operations.subList(1, operations.size()))
        .extracting(operation -> operation.get("path").toString())
        .allSatisfy(path -> assertThat(path).startsWith("/spec/jobTemplate/spec/template/"))
        .contains(
            "/spec/jobTemplate/spec/template/spec/volumes/0",
            "/spec/jobTemplate/spec/template/metadata/labels/tracingstack.io~1revision");
  }

  @Test
  void aRevisionIsOfOneJourney() {
    WorkloadView workload = deployment(template(container("app")));

    assertThat(plan("first journey", workload).revision())
        .isNotEqualTo(plan("second journey", workload).revision())
        .isEqualTo(plan("first journey", workload).revision());
  }

  private static InjectionPlan plan(PodTemplateSpec template) {
    return plan("journey", deployment(template));
  }

  private static InjectionPlan plan(String journey, WorkloadView workload) {
    return JavaInjection.decide(journey, workload, TestStacks.instrumentation(), EnvFromNames.NONE)
        .plan()
        .orElseThrow();
  }
}
