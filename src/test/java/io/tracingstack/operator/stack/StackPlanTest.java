package io.tracingstack.operator.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Quantity;
import io.tracingstack.operator.api.v1alpha1.OtlpBackendSpec;
import io.tracingstack.operator.api.v1alpha1.RedactionSpec.Preset;
import io.tracingstack.operator.api.v1alpha1.StackRef;
import io.tracingstack.operator.api.v1alpha1.TempoStorage;
import io.tracingstack.operator.testing.TestStacks;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StackPlanTest {
  @Test
  void anEmptyStackGetsEveryDefault() {
    StackPlan plan = TestStacks.plan(TestStacks.named("observability", "tracing"));

    assertThat(plan.ref()).isEqualTo(new StackRef("observability", "tracing"));
    assertThat(plan.backend())
        .isEqualTo(
            new BackendPlan.Tempo(
                "observability",
                "tracing",
                TempoStorage.Type.MEMORY,
                Optional.empty(),
                Optional.empty(),
                "168h",
                false,
                2));
    assertThat(plan.backend().query())
        .contains(URI.create("http://tempo-tracing.observability.svc:3200"));
    assertThat(plan.collector().image()).isEqualTo(TestStacks.DEFAULTS.collectorImage());
    assertThat(plan.collector().replicas()).isEqualTo(1);
    assertThat(plan.collector().memoryLimitBytes()).isEqualTo(512L << 20);
    assertThat(plan.collector().debug()).isFalse();
    assertThat(plan.collector().otlpGrpc())
        .isEqualTo("http://tracing-collector.observability.svc:4317");
    assertThat(plan.instrumentation().otlpHttp())
        .isEqualTo("http://tracing-collector.observability.svc:4318");
    assertThat(plan.instrumentation().propagators()).containsExactly("tracecontext", "baggage");
    assertThat(plan.instrumentation().samplingRatio()).isEqualTo(1.0);
    assertThat(plan.instrumentation().agentImage()).isEqualTo(TestStacks.DEFAULTS.agentInitImage());
    assertThat(plan.instrumentation().agentSha256()).contains(TestStacks.AGENT_SHA256);
    assertThat(plan.instrumentation().agentEnv()).isEmpty();
    assertThat(plan.instrumentation().llamaStack().patch()).isTrue();
    assertThat(plan.instrumentation().llamaStack().content().apiName()).isEqualTo("Redacted");
    assertThat(plan.instrumentation().llamaStack().selects(Map.of())).isFalse();
  }

  @Test
  void anEmptySelectorOfServersChoosesAll() {
    assertThat(TestStacks.plan("llamaStack: {selector: {}}").instrumentation().llamaStack())
        .matches(plan -> plan.selects(Map.of()));
  }

  @Test
  void emptySectionsMeanTheSameAsNone() {
    assertThat(
            TestStacks.plan(
                "{backend: {tempoMonolithic: {storage: {}}}, collector: {},"
                    + " instrumentation: {java: {}}, llamaStack: {}}"))
        .isEqualTo(TestStacks.plan("{}"));
  }

  @Test
  void anOtlpBackendSpeaksGrpcAndCannotBeRead() {
    StackPlan plan = TestStacks.plan("backend: {otlp: {endpoint: 'http://traces:4317'}}");

    assertThat(plan.backend())
        .isInstanceOfSatisfying(
            BackendPlan.Otlp.class,
            otlp -> assertThat(otlp.protocol()).isEqualTo(OtlpBackendSpec.Protocol.GRPC));
    assertThat(plan.backend().query()).isEmpty();
    assertThat(plan.backend().kind()).isEqualTo("otlp");
  }

  @Test
  void anAgentImageOfTheUsersIsNotHeldToTheOperatorsDigest() {
    assertThat(
            TestStacks.plan("instrumentation: {java: {agentImage: 'own:1'}}")
                .instrumentation()
                .agentSha256())
        .isEmpty();
  }

  @Test
  void aMemoryLimitIsAddedWhereOnlyRequestsAreGiven() {
    CollectorPlan collector =
        TestStacks.plan("collector: {resources: {requests: {memory: 256Mi}}}").collector();

    assertThat(collector.resources().getLimits())
        .isEqualTo(Map.of("memory", new Quantity("512Mi")));
    assertThat(collector.resources().getRequests())
        .isEqualTo(Map.of("memory", new Quantity("256Mi")));
  }

  @Test
  void secretsAreRedactedUnlessAnotherListIsGiven() {
    assertThat(redaction("{}")).isEqualTo(redaction("{redaction: {presets: [secrets]}}"));
    assertThat(redaction("{redaction: {keys: [a]}}").presets()).containsExactly(Preset.SECRETS);
    assertThat(redaction("{redaction: {presets: []}}").isNone()).isTrue();
    assertThat(redaction("{redaction: {presets: [], values: [a]}}").isNone()).isFalse();
  }

  @Test
  void anExpressionOfMoreThan256CharactersIsRefused() {
    assertThatThrownBy(() -> redaction("{redaction: {keys: ['%s']}}".formatted("a".repeat(257))))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessage("spec.collector.redaction.keys[0]: has more than 256 characters");
  }

  @ParameterizedTest
  @CsvSource({
    "Redacted, '[secrets]', Redacted, true",
    "Off, '[secrets]', Off, true",
    "Full, '[secrets]', Full, false",
    "Redacted, '[genai]', Redacted, false",
    "Off, '[genai]', Off, false",
    "Full, '[genai]', Redacted, false"
  })
  void conversationsOfServersAreRedactedOnce(
      String content, String presets, String stored, boolean ofServers) {
    StackPlan plan =
        TestStacks.plan(
            "{llamaStack: {content: %s}, collector: {redaction: {presets: %s}}}"
                .formatted("'" + content + "'", presets));

    assertThat(plan.instrumentation().llamaStack().content().apiName()).isEqualTo(stored);
    assertThat(plan.collector().serverRedaction().isNone()).isEqualTo(!ofServers);
  }

  private static RedactionPlan redaction(String collector) {
    return TestStacks.plan("collector: " + collector).collector().redaction();
  }

  @ParameterizedTest
  @CsvSource({"2.10.8, 2", "v2.1, 2", "3.0.3, 3", "v3, 3", "12.1, 12", "main-abc123, 2", "'', 2"})
  void tempoMajorIsReadFromItsVersion(String version, int major) {
    StackPlan plan =
        StackPlan.of(
            TestStacks.named("observability", "tracing"),
            TestStacks.DEFAULTS,
            Optional.of(version));

    assertThat(((BackendPlan.Tempo) plan.backend()).tempoMajor()).isEqualTo(major);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "collector: {resources: {limits: {memory: 32Mi}}}"
            + " | spec.collector.resources.limits.memory: 32Mi is less than 64Mi",
        "collector: {resources: {limits: {memory: lots}}}"
            + " | spec.collector.resources.limits.memory: 'lots' is not a quantity",
        "collector: {resources: {requests: {cpu: '-1'}}}"
            + " | spec.collector.resources.requests.cpu: is negative",
        "collector: {resources: {requests: {cpu: 2}, limits: {cpu: 1500m}}}"
            + " | spec.collector.resources.requests.cpu: 2 is more than the limit 1500m",
        "collector: {resources: {requests: {memory: 1Gi}}}"
            + " | spec.collector.resources.requests.memory: 1Gi is more than the limit 512Mi",
        "collector: {redaction: {keys: [a, 'b(']}}"
            + " | spec.collector.redaction.keys[1]: 'b(' is not a regular expression of RE2: missing",
        "collector: {redaction: {keys: ['(?!a)b']}}"
            + " | spec.collector.redaction.keys[0]: '(?!a)b' is not a regular expression of RE2",
        "collector: {redaction: {values: ['(a)\\1']}}"
            + " | spec.collector.redaction.values[0]: '(a)\\1' is not a regular expression of RE2",
        "collector: {redaction: {values: [a, b, 'x*']}}"
            + " | spec.collector.redaction.values[2]: 'x*' matches the empty text",
        "collector: {redaction: {values: ['']}} | spec.collector.redaction.values[0]: is empty",
        "collector: {redaction: {keys: [null]}} | spec.collector.redaction.keys[0]: is empty",
        "instrumentation: {java: {resources: {limits: {cpu: fast}}}}"
            + " | spec.instrumentation.java.resources.limits.cpu: 'fast' is not a quantity",
        "instrumentation: {resourceAttributes: {team: 'a,b'}}"
            + " | spec.instrumentation.resourceAttributes.team: 'a,b' is not",
        "instrumentation: {namespaceSelector: {matchExpressions: [{key: a, operator: In}]}}"
            + " | spec.instrumentation.namespaceSelector.matchExpressions[0].values: required",
        "instrumentation: {namespaceSelector: {matchExpressions: [{key: a, operator: Exists,"
            + " values: [b]}]}}"
            + " | spec.instrumentation.namespaceSelector.matchExpressions[0].values: must be empty",
        "instrumentation: {namespaceSelector: {matchExpressions: [{key: a, operator: Like}]}}"
            + " | spec.instrumentation.namespaceSelector.matchExpressions[0].operator: 'Like'",
        "instrumentation: {namespaceSelector: {matchExpressions: [{key: '', operator: Exists}]}}"
            + " | spec.instrumentation.namespaceSelector.matchExpressions[0].key: required",
        "llamaStack: {selector: {matchExpressions: [{key: a, operator: Like}]}}"
            + " | spec.llamaStack.selector.matchExpressions[0].operator: 'Like'"
      })
  void whatCannotBeUsedIsRefusedNamingItsField(String spec, String message) {
    assertThatThrownBy(() -> TestStacks.plan(spec))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageStartingWith(message.trim());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a,b", "a=b", "a b", "", "$(HOME)"})
  void attributeValuesThatWouldBreakTheListAreRefused(String value) {
    assertThatThrownBy(
            () ->
                TestStacks.plan(
                    "instrumentation: {resourceAttributes: {team: '%s'}}".formatted(value)))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageStartingWith("spec.instrumentation.resourceAttributes.team: ");
  }
}
