package io.tracingstack.operator.injection;

import static io.tracingstack.operator.testing.TestWorkloads.deployment;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.stack.InstrumentationPlan;
import io.tracingstack.operator.testing.JsonPatch;
import io.tracingstack.operator.testing.ServerSideApply;
import io.tracingstack.operator.testing.TestStacks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Injecting and undoing is the identity, whatever the pod template. */
class InjectionPropertiesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Provide
  Arbitrary<PodTemplateSpec> templates() {
    return ArbitraryTemplates.templates();
  }

  @Provide
  Arbitrary<InstrumentationPlan> instrumentations() {
    return Arbitraries.of(
            "{}",
            "{samplingRatio: 0.1, resourceAttributes: {team: payments}}",
            "{java: {env: [{name: OTEL_INSTRUMENTATION_JDBC_ENABLED, value: 'false'},"
                + " {name: OTEL_TAGS, value: ''}]}}",
            "{java: {agentImage: 'own:1', resources: {limits: {cpu: '0.5', memory: 64Mi}}}}")
        .map(yaml -> TestStacks.plan("instrumentation: " + yaml).instrumentation());
  }

  @Property(tries = 500)
  void strippingGivesTheOriginalBack(
      @ForAll("templates") PodTemplateSpec original,
      @ForAll("instrumentations") InstrumentationPlan instrumentation) {
    inject(original, instrumentation)
        .ifPresent(
            injected ->
                assertThat(tree(Footprint.strip(injected.template()))).isEqualTo(tree(original)));
  }

  @Property(tries = 500)
  void removingByNameGivesTheOriginalBack(
      @ForAll("templates") PodTemplateSpec original,
      @ForAll("instrumentations") InstrumentationPlan instrumentation) {
    inject(original, instrumentation)
        .ifPresent(injected -> assertThat(removed(injected.template())).isEqualTo(tree(original)));
  }

  @Property(tries = 500)
  void decidingAgainChangesNothing(
      @ForAll("templates") PodTemplateSpec original,
      @ForAll("instrumentations") InstrumentationPlan instrumentation) {
    inject(original, instrumentation)
        .ifPresent(
            injected -> {
              InjectionPlan again =
                  decide(injected.template(), instrumentation).plan().orElseThrow();

              assertThat(again).isEqualTo(injected.plan());
              assertThat(again.isAppliedTo(injected.template())).isTrue();
              assertThat(again.isAppliedTo(original)).isFalse();
            });
  }

  @Property(tries = 500)
  void whatTheUserSetIsNeverOverwritten(
      @ForAll("templates") PodTemplateSpec original,
      @ForAll("instrumentations") InstrumentationPlan instrumentation) {
    inject(original, instrumentation)
        .ifPresent(
            injected -> {
              for (Container before : original.getSpec().getContainers()) {
                Container after = container(injected.template(), before.getName());
                assertThat(after.getEnv().subList(0, before.getEnv().size()))
                    .usingRecursiveComparison()
                    .withComparatorForType(
                        (a, b) -> emptyAsNull(a).compareTo(emptyAsNull(b)), String.class)
                    .isEqualTo(before.getEnv());
                assertThat(after.getEnv()).extracting(EnvVar::getName).doesNotHaveDuplicates();
              }
            });
  }

  @Property(tries = 500)
  void aVariableTakenOverComesBackAsItWas(
      @ForAll("templates") PodTemplateSpec original,
      @ForAll("instrumentations") InstrumentationPlan instrumentation) {
    WorkloadView asked = deployment(Map.of(Labels.TAKE_OVER, "true"), original);
    decide(asked, instrumentation)
        .plan()
        .ifPresent(
            plan -> {
              PodTemplateSpec injected =
                  ServerSideApply.apply(
                      original,
                      plan.fragment(),
                      path -> path.endsWith(".env[\"JAVA_TOOL_OPTIONS\"].value"));

              assertThat(tree(Footprint.strip(injected))).isEqualTo(tree(original));
              assertThat(removed(injected)).isEqualTo(tree(original));
              WorkloadView again = deployment(Map.of(Labels.TAKE_OVER, "true"), injected);
              assertThat(decide(again, instrumentation).plan()).contains(plan);
              assertThat(Footprint.of(injected).orElseThrow().takenBackIn(injected)).isFalse();
            });
  }

  @Property(tries = 500)
  void anArgumentThatWeAddedGoesAndAllOthersStay(
      @ForAll("templates") PodTemplateSpec original, @ForAll("arguments") String argument) {
    InjectionPlan plan = arguing(original, argument);
    PodTemplateSpec injected =
        ServerSideApply.apply(original, plan.fragment(), path -> path.endsWith(".args"));

    for (Container before : original.getSpec().getContainers()) {
      List<String> expected = new ArrayList<>(before.getArgs());
      expected.add(argument);
      assertThat(container(injected, before.getName()).getArgs()).isEqualTo(expected);
    }
    assertThat(tree(Footprint.strip(injected))).isEqualTo(tree(original));
    assertThat(removed(injected)).isEqualTo(tree(original));
    assertThat(arguing(Footprint.strip(injected), argument)).isEqualTo(plan);
    assertThat(plan.isAppliedTo(injected)).isTrue();
    assertThat(plan.isAppliedTo(original)).isFalse();
    assertThat(Footprint.of(injected).orElseThrow().takenBackIn(injected)).isFalse();
  }

  @Provide
  Arbitrary<String> arguments() {
    // Some of them are the user's as well.
    return Arbitraries.of("--otlp-traces-endpoint=http://c:4318/v1/traces", "--port=8000", "--x");
  }

  /** Adds an argument and a variable to every container, and brings no files. */
  private static InjectionPlan arguing(PodTemplateSpec template, String argument) {
    return new InjectedTemplate(Optional.empty())
        .plan(
            "journey",
            template.getSpec().getContainers(),
            (target, revision) ->
                new InjectedTemplate.Additions(
                    List.of(new EnvVar("REVISION_OF_OURS", "r" + revision, null)),
                    Optional.empty(),
                    Optional.of(argument)),
            "");
  }

  @Property(tries = 500)
  void aLaterChangeOfOneOfOurVariablesIsTheUsers(
      @ForAll("templates") PodTemplateSpec original,
      @ForAll("instrumentations") InstrumentationPlan instrumentation,
      @ForAll Random random) {
    inject(original, instrumentation)
        .ifPresent(
            injected -> {
              // Given: the user gives one of ours a value of their own
              Footprint footprint = Footprint.of(injected.template()).orElseThrow();
              String containerName = pick(footprint.env().keySet(), random);
              String variable = pick(footprint.env().get(containerName).keySet(), random);
              PodTemplateSpec changed = new PodTemplateSpecBuilder(injected.template()).build();
              EnvVar ours =
                  container(changed, containerName).getEnv().stream()
                      .filter(v -> v.getName().equals(variable))
                      .findFirst()
                      .orElseThrow();
              ours.setValueFrom(null);
              ours.setValue("the user's");

              // Then: it stays, and all others go
              PodTemplateSpec expected = new PodTemplateSpecBuilder(original).build();
              container(expected, containerName)
                  .getEnv()
                  .add(new EnvVar(variable, "the user's", null));
              assertThat(tree(Footprint.strip(changed))).isEqualTo(tree(expected));
              assertThat(removed(changed)).isEqualTo(tree(expected));
            });
  }

  private record Injected(PodTemplateSpec template, InjectionPlan plan) {}

  /** The template with ours in it, empty where injection is refused. */
  private static Optional<Injected> inject(
      PodTemplateSpec original, InstrumentationPlan instrumentation) {
    return decide(original, instrumentation)
        .plan()
        .map(plan -> new Injected(ServerSideApply.apply(original, plan.fragment()), plan));
  }

  private static InjectionDecision decide(
      PodTemplateSpec template, InstrumentationPlan instrumentation) {
    return decide(deployment(template), instrumentation);
  }

  private static InjectionDecision decide(
      WorkloadView workload, InstrumentationPlan instrumentation) {
    return JavaInjection.decide("journey", workload, instrumentation, EnvFromNames.NONE);
  }

  private static JsonNode tree(PodTemplateSpec template) {
    return ServerSideApply.tree(template);
  }

  /** The template after the operations of a removal, in JSON as the API server would have it. */
  private static JsonNode removed(PodTemplateSpec injected) {
    List<Map<String, Object>> operations =
        FootprintRemoval.operations(
            Footprint.of(injected).orElseThrow(), WorkloadKind.DEPLOYMENT, injected, "7");
    ObjectNode workload = JSON.createObjectNode();
    workload.putObject("metadata").put("resourceVersion", "7");
    workload.putObject("spec").set("template", tree(injected));
    return ServerSideApply.withoutEmpties(
        JsonPatch.apply(workload, operations).at("/spec/template"));
  }

  private static Container container(PodTemplateSpec template, String name) {
    return template.getSpec().getContainers().stream()
        .filter(c -> c.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String pick(java.util.Set<String> names, Random random) {
    return List.copyOf(names).get(random.nextInt(names.size()));
  }

  private static String emptyAsNull(String value) {
    return value == null ? "" : value;
  }
}
