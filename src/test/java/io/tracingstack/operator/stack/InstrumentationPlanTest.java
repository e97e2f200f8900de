package io.tracingstack.operator.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.testing.TestStacks;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstrumentationPlanTest {
  private static final String BY_DEFAULT = release("{}");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{instrumentation: {namespaceSelector: {matchLabels: {team: payments}}}}",
        "{instrumentation: {samplingRatio: 1, propagators: [tracecontext, baggage]}}",
        "{backend: {otlp: {endpoint: 'http://traces:4317'}}}",
        "{llamaStack: {selector: {}, content: Full}}",
        "{collector: {replicas: 3, debug: true, resources: {limits: {memory: 1Gi}}}}",
        "{rollout: {mode: Plan, canary: 7, windows: [{schedule: 0 1 * * *, duration: 1h}]}}"
      })
  void whatIsInNobodysPodsMakesNoNewRelease(String spec) {
    assertThat(release(spec)).isEqualTo(BY_DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{samplingRatio: 0.5}",
        "{propagators: [baggage, tracecontext]}",
        "{resourceAttributes: {team: payments}}",
        "{java: {agentImage: 'own:1'}}",
        "{java: {agentSha256: 'a43a270df53c6f423e0ab157be9c27ccc01d5dc3232e162fe54777573db2f149'}}",
        "{java: {env: [{name: A, value: b}]}}",
        "{java: {env: [{name: A, value: c}]}}",
        "{java: {resources: {limits: {memory: 65Mi}}}}"
      })
  void whatReachesPodsMakesANewRelease(String instrumentation) {
    assertThat(release("instrumentation: " + instrumentation)).isNotEqualTo(BY_DEFAULT);
  }

  @Test
  void anotherCollectorMakesANewRelease() {
    assertThat(TestStacks.plan(TestStacks.named("observability", "other")).instrumentation())
        .extracting(InstrumentationPlan::release)
        .isNotEqualTo(BY_DEFAULT);
  }

  @Test
  void anOperatorWithAnotherAgentMakesANewRelease() {
    TracingStack stack = TestStacks.withSpec("{}");
    Defaults upgraded =
        new Defaults(
            TestStacks.DEFAULTS.collectorImage(),
            "registry.example.com/agent-init:0.2.0",
            TestStacks.DEFAULTS.agentSha256(),
            TestStacks.DEFAULTS.repairFiles());

    assertThat(StackPlan.of(stack, upgraded, Optional.empty()).instrumentation().release())
        .isNotEqualTo(BY_DEFAULT);
  }

  @Test
  void anOperatorWithAnotherRepairMakesANewRelease() {
    Defaults upgraded =
        new Defaults(
            TestStacks.DEFAULTS.collectorImage(),
            TestStacks.DEFAULTS.agentInitImage(),
            TestStacks.DEFAULTS.agentSha256(),
            new TreeMap<>(Map.of("repair.sh", "exit 0")));

    assertThat(
            StackPlan.of(TestStacks.withSpec("{}"), upgraded, Optional.empty())
                .instrumentation()
                .release())
        .isNotEqualTo(BY_DEFAULT);
  }

  @Test
  void whatReachesServersMakesANewRelease() {
    assertThat(release("llamaStack: {patch: Never}")).isNotEqualTo(BY_DEFAULT);
    assertThat(release("llamaStack: {content: 'Off'}")).isNotEqualTo(BY_DEFAULT);
  }

  @Test
  void theOrderOfAttributesMakesNoNewRelease() {
    assertThat(release("{instrumentation: {resourceAttributes: {a: x, b: y}}}"))
        .isEqualTo(release("{instrumentation: {resourceAttributes: {b: y, a: x}}}"));
  }

  /** If it changed with our own code, all that is proven would be of an old release. */
  @Test
  void theHashIsTheSameInEachVersion() {
    assertThat(BY_DEFAULT).isEqualTo("16cf7b96dc2bbe4a");
  }

  private static String release(String spec) {
    return TestStacks.plan(spec).instrumentation().release();
  }
}
