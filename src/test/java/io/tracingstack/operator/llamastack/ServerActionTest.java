package io.tracingstack.operator.llamastack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerActionTest {
  private static final String UPSTREAM = "docker.io/llamastack/distribution-starter:latest";
  private static final String DOWNSTREAM = "registry.redhat.io/rhoai/odh-llama-stack-core-rhel9:x";

  /** Owner, version, whose image, whether with userConfig, and what is to be done. */
  @ParameterizedTest
  @CsvSource({
    "LLAMA_STACK_DISTRIBUTION, 0.0.63, UPSTREAM, false, ENVIRONMENT",
    "LLAMA_STACK_DISTRIBUTION, 0.1.6, UPSTREAM, false, ENVIRONMENT",
    "LLAMA_STACK_DISTRIBUTION, 0.1.7, UPSTREAM, false, PATCH",
    "LLAMA_STACK_DISTRIBUTION, 0.2.14, DOWNSTREAM, true, PATCH",
    "LLAMA_STACK_DISTRIBUTION, 0.3.0rc3+rhai0, DOWNSTREAM, false, PATCH",
    "LLAMA_STACK_DISTRIBUTION, 0.3.5.1+rhai0, DOWNSTREAM, false, PATCH",
    "LLAMA_STACK_DISTRIBUTION, 0.4.0rc1, UPSTREAM, false, ENVIRONMENT",
    "LLAMA_STACK_DISTRIBUTION, 0.4.2.1+rhai0, DOWNSTREAM, false, IN_PROCESS",
    "LLAMA_STACK_DISTRIBUTION, 0.4.2.1+rhai0, UPSTREAM, false, IN_PROCESS",
    "LLAMA_STACK_DISTRIBUTION, 0.5.0, DOWNSTREAM, false, IN_PROCESS",
    "LLAMA_STACK_DISTRIBUTION, 0.4.4, UPSTREAM, false, ENVIRONMENT",
    "LLAMA_STACK_DISTRIBUTION, 0.4.4, UPSTREAM, true, IN_PROCESS",
    "LLAMA_STACK_DISTRIBUTION, 0.6.0.1+rhai0, DOWNSTREAM, false, ENVIRONMENT",
    "LLAMA_STACK_DISTRIBUTION, 0.7.1+rhaiv.1, DOWNSTREAM, true, IN_PROCESS",
    "LLAMA_STACK_DISTRIBUTION, , UPSTREAM, false, ASK_IMAGE",
    "OGX_SERVER, 1.3.0, UPSTREAM, false, ENVIRONMENT",
    "OGX_SERVER, , DOWNSTREAM, false, ENVIRONMENT",
    ", 0.3.5, UPSTREAM, false, PATCH",
    ", 0.7.1, UPSTREAM, false, ENVIRONMENT",
    ", , UPSTREAM, false, ASK_IMAGE"
  })
  void theVersionAndTheImageDecide(
      ServerApi api, String version, String image, boolean userConfig, ServerAction action) {
    assertThat(
            ServerAction.of(
                Optional.ofNullable(api).map(a -> Servers.view(a, userConfig)),
                Optional.ofNullable(version).flatMap(ServerVersion::parse),
                image.equals("UPSTREAM") ? UPSTREAM : DOWNSTREAM))
        .isEqualTo(action);
  }
}
