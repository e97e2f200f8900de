package io.tracingstack.operator.llamastack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerVersionTest {
  @ParameterizedTest
  @CsvSource({
    "registry.redhat.io/rhoai/odh-llama-stack-core-rhel9:v2.23, 0.2.14",
    "registry.redhat.io/rhoai/odh-llama-stack-core-rhel9:v2.24, 0.2.18",
    "registry.redhat.io/rhoai/odh-llama-stack-core-rhel9:v2.25, 0.2.22",
    "registry.redhat.io/rhoai/odh-llama-stack-core-rhel9:v2.25.1, 0.2.22",
    "registry.redhat.io/rhoai/odh-llama-stack-core-rhel9:v3.0, 0.3.0rc3+rhai0",
    "registry.redhat.io/rhoai/odh-llama-stack-core-rhel9:v3.2, 0.3.5.1+rhai0",
    "registry.redhat.io/rhoai/odh-llama-stack-core-rhel9:v3.3, 0.4.2.1+rhai0",
    "registry.redhat.io/rhoai/odh-llama-stack-core-rhel9:v3.4-ea1, 0.5.0+rhai0",
    "registry.redhat.io/rhoai/odh-llama-stack-core-rhel9:v3.4-ea.2, 0.6.0.1+rhai0",
    "registry.redhat.io/rhoai/odh-llama-stack-core-rhel9:v3.4, 0.7.1+rhaiv.1",
    "registry.redhat.io/rhoai/odh-llama-stack-core-rhel9:v3.5, 0.8.0+rhaiv.0",
    "docker.io/llamastack/distribution-starter:0.3.5, 0.3.5",
    "docker.io/ogxai/distribution-starter:1.3.0, 1.3.0",
    "registry.example.com:5000/stack/server:0.2.23@sha256:0a0a, 0.2.23"
  })
  void theTagOfAnImageTells(String image, String version) {
    assertThat(ServerVersion.ofImage(image)).map(ServerVersion::text).contains(version);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "registry.example.com:5000/stack/server",
        "docker.io/llamastack/distribution-starter:latest",
        "docker.io/llamastack/distribution-starter@sha256:0a0a",
        "registry.redhat.io/rhoai/odh-llama-stack-core-rhel9:v3.1",
        "registry.redhat.io/rhoai/odh-llama-stack-core-rhel9:rhoai"
      })
  void othersTellNothing(String image) {
    assertThat(ServerVersion.ofImage(image)).isEmpty();
  }

  @Test
  void releasesComeAfterTheirCandidatesAndLocalPartsDecideNothing() {
    assertThat(version("0.3.0rc3+rhai0")).isLessThan(version("0.3.0"));
    assertThat(version("v0.3.0rc3")).isGreaterThan(version("0.2.24"));
    assertThat(version("0.3.5.1+rhai0")).isEqualByComparingTo(version("0.3.5"));
    assertThat(version("0.10.0")).isGreaterThan(version("0.9.9"));
  }

  private static ServerVersion version(String text) {
    return ServerVersion.parse(text).orElseThrow();
  }
}
