package io.tracingstack.operator.llamastack;

import static io.tracingstack.operator.testing.TestWorkloads.container;
import static io.tracingstack.operator.testing.TestWorkloads.deployment;
import static io.tracingstack.operator.testing.TestWorkloads.env;
import static io.tracingstack.operator.testing.TestWorkloads.template;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.InjectionDecision;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.stack.Defaults;
import io.tracingstack.operator.stack.InstrumentationPlan;
import io.tracingstack.operator.stack.StackPlan;
import io.tracingstack.operator.testing.TestStacks;
import io.tracingstack.operator.verification.RepairReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LlamaStackInjectionTest {
  @Test
  void everyFileOfTheRepairIsCarried() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/llamastack"))) {
      assertThat(files.filter(Files::isRegularFile).map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(LlamaStackInjection.FILES);
    }
  }

  /** What Kubernetes would make of the template is done here, and the launcher is really run. */
  @Test
  void theLauncherWritesTheFilesAsTheyAreAndRunsTheFirst(@TempDir Path directory) throws Exception {
    launch(TestStacks.DEFAULTS, directory);

    for (Map.Entry<String, String> file : TestStacks.DEFAULTS.repairFiles().entrySet()) {
      assertThat(directory.resolve("repair").resolve(file.getKey()))
          .hasContent(file.getValue().stripTrailing());
    }
    assertThat(directory.resolve("log")).content().contains(directory + " $(HOME) $$");
  }

  /** The machine that builds is an image without llama-stack, and may be one without Python. */
  @Test
  void theProgramsOfTheRepairReportInTheFormThatIsRead(@TempDir Path directory) throws Exception {
    SortedMap<String, String> files = new TreeMap<>();
    for (String file : LlamaStackInjection.FILES) {
      files.put(file, Files.readString(Path.of("src/main/llamastack").resolve(file)));
    }
    launch(new Defaults("collector", "agent-init", "", files), directory);

    RepairReport report =
        RepairReport.parse(Files.readString(directory.resolve("report"))).orElseThrow();
    assertThat(report.applied()).isFalse();
    assertThat(report.reason()).isIn("PackageMissing", "NoPython");
    assertThat(report.message()).isNotBlank();
  }

  private static void launch(Defaults defaults, Path directory) throws Exception {
    Container init =
        LlamaStackInjection.decide(
                "journey",
                deployment(template(container("llama-stack"))),
                StackPlan.of(TestStacks.withSpec("{}"), defaults, Optional.empty())
                    .instrumentation(),
                EnvFromNames.NONE,
                new LlamaStackInjection.Facts(Optional.empty(), Map.of()))
            .plan()
            .orElseThrow()
            .fragment()
            .getSpec()
            .getInitContainers()
            .get(0);
    ProcessBuilder shell = new ProcessBuilder("/bin/sh", "-c", expanded(init.getCommand().get(2)));
    for (EnvVar variable : init.getEnv()) {
      shell.environment().put(variable.getName(), expanded(variable.getValue()));
    }
    shell.environment().put("TRACINGSTACK_TARGET", directory.toString());
    shell.environment().put("TERMINATION_LOG", directory.resolve("report").toString());
    shell.redirectErrorStream(true).redirectOutput(directory.resolve("log").toFile());
    Process process = shell.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  /** Kubernetes takes two dollars for one, and expands the names that it knows. */
  private static String expanded(String text) {
    assertThat(text.replace("$$", "")).as("what Kubernetes would expand").doesNotContain("$(");
    return text.replace("$$", "$");
  }

  @Test
  void injectThenUndoIsTheIdentity() {
    PodTemplateSpec before =
        template(container("llama-stack", env("VLLM_URL", "http://vllm:8000/v1")));
    PodTemplateSpec after = applied(before, plan(before));
    assertThat(Footprint.strip(after)).isEqualTo(withEmptyAnnotations(before));
  }

  @ParameterizedTest
  @CsvSource({
    // The image decides, unless the variable is in already and does no harm.
    "x/llama-stack:0.2.14, false",
    "x/llama-stack:0.2.15, true",
    "x/llama-stack:0.3.0rc3, true",
    "x/llama-stack:0.3.0, false",
    "x/llama-stack:latest, true"
  })
  void sinksAreNamedWhereTheServerExportsToNoOthers(String image, boolean named) {
    PodTemplateSpec template =
        template(new ContainerBuilder(container("llama-stack")).withImage(image).build());
    assertThat(names(plan(template)).contains("TELEMETRY_SINKS")).isEqualTo(named);
  }

  /** Before it runs its version is not known, and it must not restart for being known. */
  @Test
  void aVersionThatBecomesKnownChangesNothing() {
    PodTemplateSpec before =
        template(new ContainerBuilder(container("llama-stack")).withImage("x:latest").build());
    InjectionPlan first = plan(before);
    PodTemplateSpec live = applied(before, first);

    InjectionPlan later =
        decide(live, Map.of(), server("0.3.5"), Map.of(), "{}").plan().orElseThrow();

    assertThat(later.revision()).isEqualTo(first.revision());
    assertThat(later.isAppliedTo(live)).isTrue();
  }

  @Test
  void aServersOwnPythonPathIsRefusedWithTheLineToAdd() {
    PodTemplateSpec template = template(container("llama-stack", env("PYTHONPATH", "/opt/mine")));
    Refusal refusal = refusal(template, Map.of());
    assertThat(refusal.reason()).isEqualTo(Reason.PYTHON_PATH_TAKEN);
    assertThat(refusal.message()).contains("/tracingstack/llamastack/site:/opt/mine");
  }

  @Test
  void aPythonPathThatNamesUsByHandIsLeftAsItIs() {
    PodTemplateSpec template =
        template(
            container("llama-stack", env("PYTHONPATH", "/tracingstack/llamastack/site:/opt/mine")));
    assertThat(names(plan(template))).doesNotContain("PYTHONPATH");
  }

  @Test
  void aPythonPathIsTakenOverAtTheUsersRequestAndComesBack() {
    PodTemplateSpec before = template(container("llama-stack", env("PYTHONPATH", "/opt/mine")));
    InjectionPlan plan =
        decide(before, Map.of(Labels.TAKE_OVER, "true"), Optional.empty(), Map.of(), "{}")
            .plan()
            .orElseThrow();
    assertThat(variable(plan, "PYTHONPATH")).isEqualTo("/tracingstack/llamastack/site:/opt/mine");
    assertThat(Footprint.of(plan.fragment()).orElseThrow().takenOver().get("llama-stack"))
        .containsEntry("PYTHONPATH", "/opt/mine");
  }

  @Test
  void withoutThePatchTheSameProgramsAreToldToLeaveTheModuleAlone() {
    PodTemplateSpec template = template(container("llama-stack"));
    Container patching = initContainer(plan(template));
    InjectionPlan never =
        decide(template, Map.of(), Optional.empty(), Map.of(), "llamaStack: {patch: Never}")
            .plan()
            .orElseThrow();
    assertThat(initContainer(never).getEnv())
        .contains(env("TRACINGSTACK_PATCH", "never"))
        .hasSameSizeAs(patching.getEnv());
    assertThat(initContainer(never).getCommand()).isEqualTo(patching.getCommand());
    assertThat(variable(never, "PYTHONPATH")).isEqualTo("/tracingstack/llamastack/site");
  }

  @Test
  void pythonInjectionOfTheOpenTelemetryOperatorIsRefused() {
    String key = "instrumentation.opentelemetry.io/inject-python";
    PodTemplateSpec bare = template(container("llama-stack"));
    PodTemplateSpec asked = annotated(bare, key, "true");
    PodTemplateSpec declined = annotated(bare, key, "false");
    assertThat(refusal(asked, Map.of()).reason()).isEqualTo(Reason.OTHER_AGENT_PRESENT);
    assertThat(refusal(bare, Map.of(key, "monitoring/python")).reason())
        .isEqualTo(Reason.OTHER_AGENT_PRESENT);
    assertThat(decide(declined, Map.of(), Optional.empty(), Map.of(key, "true"), "{}").plan())
        .isPresent();
  }

  @Test
  void anExporterOfTheServersOwnIsRefused() {
    PodTemplateSpec template =
        template(
            container(
                "llama-stack", env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://other:4318")));
    assertThat(refusal(template, Map.of()).reason()).isEqualTo(Reason.OWN_EXPORTER);
  }

  @Test
  void gRpcIsNotSpokenByServersThatIgnoreTheirProtocol() {
    EnvVar grpc = env("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    Container server = container("llama-stack", grpc);
    PodTemplateSpec old =
        template(new ContainerBuilder(server).withImage("x/llama-stack:0.3.5").build());
    PodTemplateSpec late =
        template(new ContainerBuilder(server).withImage("x/llama-stack:0.7.1").build());
    assertThat(variable(plan(old), "OTEL_EXPORTER_OTLP_ENDPOINT")).endsWith(":4318");
    assertThat(variable(plan(late), "OTEL_EXPORTER_OTLP_ENDPOINT")).endsWith(":4317");
  }

  @Test
  void aServerOfItsOperatorIsTheFirstContainer() {
    PodTemplateSpec template = template(container("istio-proxy"), container("mine"));
    assertThat(
            decide(template, Map.of(), server("0.3.5"), Map.of(), "{}")
                .plan()
                .orElseThrow()
                .containers())
        .containsExactly("istio-proxy");
    assertThat(plan(template).containers()).containsExactly("mine");
  }

  private static Optional<ServerView> server(String version) {
    return Optional.of(
        Servers.parse(
            """
            apiVersion: llamastack.io/v1alpha1
            kind: LlamaStackDistribution
            metadata: {name: assistant}
            status: {version: {llamaStackServerVersion: "%s"}}
            """
                .formatted(version)));
  }

  private static PodTemplateSpec annotated(PodTemplateSpec template, String key, String value) {
    return new PodTemplateSpecBuilder(template)
        .editMetadata()
        .addToAnnotations(key, value)
        .endMetadata()
        .build();
  }

  private static InjectionPlan plan(PodTemplateSpec template) {
    return decide(template, Map.of(), Optional.empty(), Map.of(), "{}").plan().orElseThrow();
  }

  private static Refusal refusal(PodTemplateSpec template, Map<String, String> namespace) {
    return decide(template, Map.of(), Optional.empty(), namespace, "{}").refusal().orElseThrow();
  }

  private static InjectionDecision decide(
      PodTemplateSpec template,
      Map<String, String> annotations,
      Optional<ServerView> server,
      Map<String, String> namespace,
      String spec) {
    InstrumentationPlan instrumentation = TestStacks.plan(spec).instrumentation();
    return LlamaStackInjection.decide(
        "journey",
        deployment(annotations, template),
        instrumentation,
        EnvFromNames.NONE,
        new LlamaStackInjection.Facts(server, namespace));
  }

  private static Container initContainer(InjectionPlan plan) {
    return plan.fragment().getSpec().getInitContainers().get(0);
  }

  private static List<String> names(InjectionPlan plan) {
    return plan.fragment().getSpec().getContainers().get(0).getEnv().stream()
        .map(EnvVar::getName)
        .toList();
  }

  private static String variable(InjectionPlan plan, String name) {
    return plan.fragment().getSpec().getContainers().get(0).getEnv().stream()
        .filter(v -> v.getName().equals(name))
        .map(EnvVar::getValue)
        .findFirst()
        .orElse("absent");
  }

  /** What the API server makes of an apply over this template. */
  private static PodTemplateSpec applied(PodTemplateSpec before, InjectionPlan plan) {
    PodTemplateSpec ours = plan.fragment();
    Container server = before.getSpec().getContainers().get(0);
    Container fields = ours.getSpec().getContainers().get(0);
    return new PodTemplateSpecBuilder(before)
        .editMetadata()
        .addToAnnotations(ours.getMetadata().getAnnotations())
        .addToLabels(ours.getMetadata().getLabels())
        .endMetadata()
        .editSpec()
        .withInitContainers(ours.getSpec().getInitContainers())
        .withVolumes(ours.getSpec().getVolumes())
        .withContainers(
            new ContainerBuilder(server)
                .addAllToEnv(fields.getEnv())
                .withVolumeMounts(fields.getVolumeMounts())
                .build())
        .endSpec()
        .build();
  }

  /** An annotation map that has become empty is a map still. */
  private static PodTemplateSpec withEmptyAnnotations(PodTemplateSpec before) {
    return new PodTemplateSpecBuilder(before)
        .editMetadata()
        .withAnnotations(Map.of())
        .endMetadata()
        .build();
  }
}
