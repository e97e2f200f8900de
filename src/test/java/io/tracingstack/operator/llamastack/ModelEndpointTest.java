package io.tracingstack.operator.llamastack;

import static io.tracingstack.operator.testing.TestWorkloads.container;
import static io.tracingstack.operator.testing.TestWorkloads.env;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelEndpointTest {
  @ParameterizedTest
  @CsvSource({
    "http://granite-predictor:8080/v1, ai/granite-predictor",
    "https://granite.models.svc:8443/v1, models/granite",
    "http://granite.models.svc.cluster.local/v1, models/granite",
    "https://api.example.com/v1, none",
    "http://localhost:8000/v1, none",
    "http://10.0.0.1:8000/v1, none",
    "not a url, none"
  })
  void onlyNamesOfServicesAreLookedUp(String url, String service) {
    assertThat(
            ModelEndpoint.of("ai", container("llama-stack", env("VLLM_URL", url)))
                .map(e -> e.namespace() + "/" + e.service())
                .orElse("none"))
        .isEqualTo(service);
  }
}
