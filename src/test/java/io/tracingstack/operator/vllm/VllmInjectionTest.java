package io.tracingstack.operator.vllm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.WorkloadRef;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.InjectionDecision;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.injection.WorkloadView;
import io.tracingstack.operator.llamastack.ServerView;
import io.tracingstack.operator.stack.InstrumentationPlan;
import io.tracingstack.operator.testing.ServerSideApply;
import io.tracingstack.operator.testing.TestStacks;
import io.tracingstack.operator.testing.Yaml;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VllmInjectionTest {
  private static final String HTTP = "http://tracing-collector.observability.svc:4318/v1/traces";
  private static final String ARGUMENT = "--otlp-traces-endpoint=" + HTTP;

  private static final InstrumentationPlan PLAN = TestStacks.plan("{}").instrumentation();

  private static final VllmInjection.Facts ALONE = facts(null, Map.of());

  @Test
  void anImagesOwnCommandLineIsToldTheLine() {
    Refusal refusal = refusal(template("{name: vllm, image: 'vllm/vllm-openai:v0.11.0'}"), ALONE);

    assertThat(refusal.reason()).isEqualTo(Reason.ARGUMENT_NEEDED);
    assertThat(refusal.message()).contains("container vllm", "add " + ARGUMENT);
  }

  @Test
  void aShellIsToldTheLineAndTracedOnceItHasIt() {
    String script = "{name: vllm, image: 'x/vllm:1', command: [sh, -c], args: ['vllm serve m%s']}";

    assertThat(refusal(template(script.formatted("")), ALONE).reason())
        .isEqualTo(Reason.ARGUMENT_NEEDED);
    assertThat(plan(template(script.formatted(" " + ARGUMENT)), ALONE).fragment())
        .satisfies(
            fragment -> {
              assertThat(fragment.getSpec().getContainers().get(0).getArgs()).isEmpty();
              assertThat(value(fragment, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"))
                  .isEqualTo("http/protobuf");
            });
  }

  @Test
  void whoAppliesTheArgumentsServerSideKeepsThem() {
    Refusal refusal = refusal(served(), facts(null, Map.of("vllm", "flux")));

    assertThat(refusal.reason()).isEqualTo(Reason.ARGUMENT_NEEDED);
    assertThat(refusal.message()).contains("flux", ARGUMENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        HTTP,
        "http://tracing-collector.observability.svc.cluster.local:4318/v1/traces/",
        "http://tracing-collector.observability.svc:4317",
        "tracing-collector.observability.svc:4317"
      })
  void aFlagOfTheUsersForThisStackIsEnough(String url) {
    InjectionPlan plan = plan(served("--otlp-traces-endpoint=" + url), ALONE);

    assertThat(plan.fragment().getSpec().getContainers().get(0).getArgs()).isEmpty();
    assertThat(value(plan.fragment(), "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"))
        .isEqualTo(url.contains("4317") ? "grpc" : "http/protobuf");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--otlp-traces-endpoint=http://otel-collector:4317",
        // Without its path nothing arrives at this port.
        "--otlp-traces-endpoint=http://tracing-collector.observability.svc:4318"
      })
  void aFlagOfTheUsersForAnotherPlaceWins(String flag) {
    Refusal refusal = refusal(served(flag), ALONE);

    assertThat(refusal.reason()).isEqualTo(Reason.OWN_EXPORTER);
    assertThat(refusal.message()).contains(flag);
  }

  @Test
  void aVariableOfTheUsersForAnotherPlaceWins() {
    PodTemplateSpec template = served();
    template
        .getSpec()
        .getContainers()
        .get(0)
        .getEnv()
        .add(new EnvVar("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://x:4318", null));

    assertThat(refusal(template, ALONE).reason()).isEqualTo(Reason.OWN_EXPORTER);
  }

  @Test
  void nothingIsAddedBesideAnotherInjection() {
    assertThat(
            refusal(
                    served(),
                    new VllmInjection.Facts(
                        Optional.empty(),
                        Map.of("instrumentation.opentelemetry.io/inject-python", "true"),
                        Map.of()))
                .reason())
        .isEqualTo(Reason.OTHER_AGENT_PRESENT);
  }

  @Test
  void anInferenceServiceIsToldTheLinesForItself() {
    Refusal refusal = refusal(served(), facts("InferenceService", Map.of()));

    assertThat(refusal.reason()).isEqualTo(Reason.MANAGED_BY_KSERVE);
    assertThat(refusal.message())
        .isEqualTo(
            "add to InferenceService/granite: spec: {predictor: {model: {args: ["
                + ARGUMENT
                + "], env: [{name: OTEL_EXPORTER_OTLP_TRACES_PROTOCOL, value: \"http/protobuf\"},"
                + " {name: OTEL_SERVICE_NAME, value: \"granite\"}]}}}");
    String lines = refusal.message().replaceFirst("^[^:]*: ", "");
    assertThat(Yaml.read(lines, Map.class)).containsOnlyKeys("spec");
  }

  @Test
  void anLlmInferenceServiceIsToldItsTracingBlock() {
    InstrumentationPlan sampling =
        TestStacks.plan("instrumentation: {samplingRatio: 0.25}").instrumentation();

    Refusal refusal =
        decide(served(), facts("LLMInferenceService", Map.of()), sampling, "granite-kserve-prefill")
            .refusal()
            .orElseThrow();

    assertThat(refusal.message())
        .contains(
            "spec: {tracing: {exporterEndpoint: \"http://tracing-collector.observability.svc:4317\","
                + " sampler: parentbased_traceidratio, samplerArg: \"0.25\"}}")
        .contains("spec: {prefill: {template: {containers: [{name: main, args: [" + ARGUMENT)
        .contains("{name: OTEL_TRACES_SAMPLER_ARG, value: \"0.25\"}");
  }

  @Test
  void aServerThatShowsNoVllmIsNotToldToAddItsFlag() {
    PodTemplateSpec template =
        template("{name: kserve-container, image: 'kserve/sklearnserver:v0.15', args: [--x]}");

    assertThat(refusal(template, facts("InferenceService", Map.of())).message())
        .startsWith(
            "nothing shows that it is vLLM; only if it is, add to InferenceService/granite");
  }

  @Test
  void linesThatAreInAlreadyAreNotAskedForAgain() {
    assertThat(refusal(served(ARGUMENT), facts("InferenceService", Map.of())).message())
        .contains("InferenceService/granite", "already")
        .doesNotContain("add ");
  }

  @Test
  void whatTheUserChangesInTheirArgumentsIsNoChangeOfOurs() {
    InjectionPlan before = plan(served(), ALONE);
    PodTemplateSpec edited = ServerSideApply.apply(served(), before.fragment(), p -> true);
    edited.getSpec().getContainers().get(0).getArgs().add(0, "--max-model-len=4096");

    InjectionPlan after = plan(edited, ALONE);

    assertThat(after.revision()).isEqualTo(before.revision());
    assertThat(after.isAppliedTo(edited)).isTrue();
    assertThat(Footprint.strip(edited).getSpec().getContainers().get(0).getArgs())
        .containsExactly("--max-model-len=4096", "--model", "m");
  }

  @Test
  void whoWritesTheirArgumentsAnewTakesOursBack() {
    InjectionPlan plan = plan(served(), ALONE);
    PodTemplateSpec replaced = ServerSideApply.apply(served(), plan.fragment(), p -> true);
    Footprint footprint = Footprint.of(replaced).orElseThrow();
    assertThat(footprint.takenBackIn(replaced)).isFalse();

    replaced.getSpec().getContainers().get(0).getArgs().remove(ARGUMENT);

    assertThat(footprint.takenBackIn(replaced)).isTrue();
    assertThat(plan(replaced, ALONE).isAppliedTo(replaced)).isFalse();
  }

  private static VllmInjection.Facts facts(String kserveKind, Map<String, String> appliers) {
    return new VllmInjection.Facts(
        Optional.ofNullable(kserveKind)
            .map(
                kind ->
                    """
                    apiVersion: serving.kserve.io/v1
                    kind: %s
                    metadata: {name: granite, namespace: ai}
                    """
                        .formatted(kind))
            .map(yaml -> Yaml.read(yaml, GenericKubernetesResource.class))
            .flatMap(ServerView::of),
        Map.of(),
        appliers);
  }

  private static Refusal refusal(PodTemplateSpec template, VllmInjection.Facts facts) {
    return decide(template, facts, PLAN, "granite").refusal().orElseThrow();
  }

  private static InjectionPlan plan(PodTemplateSpec template, VllmInjection.Facts facts) {
    return decide(template, facts, PLAN, "granite").plan().orElseThrow();
  }

  private static InjectionDecision decide(
      PodTemplateSpec template, VllmInjection.Facts facts, InstrumentationPlan plan, String name) {
    return VllmInjection.decide(
        "journey",
        new WorkloadView(
            "ai", new WorkloadRef("apps/v1", "Deployment", name, "uid"), Map.of(), template),
        plan,
        EnvFromNames.NONE,
        facts);
  }

  private static PodTemplateSpec served(String... more) {
    PodTemplateSpec template =
        template("{name: vllm, image: 'vllm/vllm-openai:v0.11.0', args: [--model, m]}");
    template.getSpec().getContainers().get(0).getArgs().addAll(java.util.List.of(more));
    return template;
  }

  private static PodTemplateSpec template(String container) {
    return Yaml.read("spec: {containers: [%s]}".formatted(container), PodTemplateSpec.class);
  }

  private static String value(PodTemplateSpec fragment, String variable) {
    return fragment.getSpec().getContainers().get(0).getEnv().stream()
        .filter(v -> v.getName().equals(variable))
        .map(EnvVar::getValue)
        .findFirst()
        .orElse(null);
  }
}
