package io.tracingstack.operator.llamastack;

import static io.tracingstack.operator.testing.TestWorkloads.container;
import static io.tracingstack.operator.testing.TestWorkloads.env;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalledServiceTest {
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
            CalledService.of("ai", container("llama-stack", env("VLLM_URL", url))).stream()
                .map(s -> s.namespace() + "/" + s.name())
                .findFirst()
                .orElse("none"))
        .isEqualTo(service);
  }

  @Test
  void eachVariableThatNamesAServiceIsLookedUp() {
    assertThat(
            CalledService.of(
                "ai",
                container(
                    "llama-stack",
                    env("VLLM_URL", "http://former:8000"),
                    env("POSTGRES_HOST", "postgres"),
                    env("VLLM_URL", "http://granite:8000/v1"),
                    env("OTHER_URL", "http://other"))))
        .containsExactly(
            new CalledService("VLLM_URL", "ai", "granite"),
            new CalledService("POSTGRES_HOST", "ai", "postgres"));
  }
}
