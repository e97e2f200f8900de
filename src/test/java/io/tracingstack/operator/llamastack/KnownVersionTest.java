package io.tracingstack.operator.llamastack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class KnownVersionTest {
  @Test
  void theRunningServersOwnWordCountsMost() {
    assertThat(of(distribution("0.9.0", "0.3.5.1+rhai0"), "x/rhoai:v3.0"))
        .isEqualTo("0.3.5.1+rhai0 by STATUS");
  }

  @Test
  void thenTheTagOfTheImage() {
    assertThat(of(distribution("0.9.0", ""), "x/rhoai:v3.0"))
        .isEqualTo("0.3.0rc3+rhai0 by IMAGE_TAG");
  }

  @Test
  void thenTheDistributionByItsOperator() {
    assertThat(of(distribution("0.9.0", ""), "x/starter@sha256:0a"))
        .isEqualTo("0.7.1 by DISTRIBUTION");
    assertThat(of(distribution("0.8.0", ""), "x/starter@sha256:0a")).isEqualTo("unknown");
  }

  @Test
  void anOgxServersResolvedImageIsReadToo() {
    ServerView server =
        Servers.parse(
            """
            apiVersion: ogx.io/v1beta1
            kind: OGXServer
            metadata: {name: assistant}
            spec: {distribution: {name: starter}}
            status: {resolvedDistribution: {image: "docker.io/ogxai/distribution-starter:1.3.0"}}
            """);
    assertThat(of(server, "x/starter@sha256:0a")).isEqualTo("1.3.0 by IMAGE_TAG");
    assertThat(server.title()).isEqualTo("OGXServer/assistant");
  }

  @Test
  void anOgxServersStatusHasAnotherName() {
    ServerView server =
        Servers.parse(
            """
            apiVersion: ogx.io/v1beta1
            kind: OGXServer
            metadata: {name: assistant}
            status: {version: {serverVersion: 1.5.0}}
            """);
    assertThat(of(server, "x:latest")).isEqualTo("1.5.0 by STATUS");
  }

  private static ServerView distribution(String operator, String version) {
    return Servers.parse(
        """
        apiVersion: llamastack.io/v1alpha1
        kind: LlamaStackDistribution
        metadata: {name: assistant}
        spec: {server: {distribution: {name: starter}, userConfig: {configMapName: mine}}}
        status: {version: {operatorVersion: "v%s", llamaStackServerVersion: "%s"}}
        """
            .formatted(operator, version));
  }

  private static String of(ServerView server, String image) {
    return KnownVersion.of(Optional.of(server), image)
        .map(v -> v.version().text() + " by " + v.source())
        .orElse("unknown");
  }
}
