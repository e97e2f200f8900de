package io.tracingstack.operator.llamastack;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.tracingstack.operator.testing.Yaml;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PropagationTest {
  @ParameterizedTest
  @CsvSource({
    "0.1.6, NONE",
    "0.2.7, NONE",
    "0.2.8, JOINS",
    "0.2.23, JOINS",
    "0.3.5.1+rhai0, JOINS",
    "0.4.0rc1, UNKNOWN",
    "1.3.0, UNKNOWN",
    ", UNKNOWN"
  })
  void theVersionTellsHowFarATraceGoes(String version, Propagation expected) {
    assertThat(Propagation.of(Optional.empty(), ServerVersion.parse(version), Optional.empty()))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0.3.5, true, TRACE_CONTEXT",
    "0.4.0rc1, true, TRACE_CONTEXT",
    "0.7.1+rhaiv.1, false, JOINS_WITHOUT_CLIENT"
  })
  void itsImageTellsWhatItsTagMayNot(String version, boolean handsOn, Propagation expected) {
    assertThat(Propagation.of(Optional.empty(), ServerVersion.parse(version), Optional.of(handsOn)))
        .isEqualTo(expected);
  }

  @Test
  void ofAnOgxServerTheImageTellsWhateverItsVersion() {
    GenericKubernetesResource server =
        Yaml.read(
            "{apiVersion: ogx.io/v1beta1, kind: OGXServer, metadata: {name: a}}",
            GenericKubernetesResource.class);
    assertThat(Propagation.of(ServerView.of(server), Optional.empty(), Optional.of(true)))
        .isEqualTo(Propagation.TRACE_CONTEXT);
  }

  @Test
  void whatDoesNotHandItOnSaysSo() {
    assertThat(Propagation.JOINS.message()).contains("vLLM, begins another one", "0.4");
    assertThat(Propagation.JOINS_WITHOUT_CLIENT.message())
        .contains("vLLM, begins another one", "opentelemetry-instrumentation-httpx");
  }
}
