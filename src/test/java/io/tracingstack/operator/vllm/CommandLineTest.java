package io.tracingstack.operator.vllm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vllm/vllm-openai:v0.11.0 | | --model org/m --port 8000",
        "registry.redhat.io/rhaiis/vllm-cuda-rhel9:3.2 | | --model=/mnt/models",
        "x/model:1 | | serve org/m",
        "x/model:1 | | --model org/m",
        "x/model:1 | vllm serve /mnt/models | --port 8000",
        "x/model:1 | vllm serve /mnt/models |",
        "x/model:1 | /opt/app-root/bin/vllm serve |",
        "x/model:1 | python3 -m vllm.entrypoints.openai.api_server | --model m",
        "x/model:1 | python3 /app/vllm/entrypoints/openai/api_server.py |",
        "x/model:1 | tini -- vllm serve m |",
      })
  void anArgumentAtTheEndReachesVllm(String image, String command, String args) {
    assertThat(line(image, command, args).obstacle()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x/vllm:1 | sh -c | vllm serve m",
        "x/vllm:1 | /bin/bash -c | vllm serve m",
        "x/vllm:1 | | /bin/sh -c vllm",
        "x/vllm:1 | | -c vllm",
        "x/vllm:1 | /usr/bin/bash start.sh |",
      })
  void aShellWouldNotHandItOn(String image, String command, String args) {
    assertThat(line(image, command, args).obstacle())
        .hasValueSatisfying(why -> assertThat(why).contains("shell"));
  }

  @Test
  void whatTheImageStartsByItselfIsNotKnown() {
    assertThat(line("vllm/vllm-openai:v0.11.0", null, null).obstacle())
        .hasValueSatisfying(why -> assertThat(why).contains("neither command nor args"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x/vllm:1 | /app/start |",
        "x/vllm:1 | python3 -m myserver | --model m",
        "x/proxy:1 | | --listen 8000",
      })
  void aCommandLineThatDoesNotShowVllmIsLeftAlone(String image, String command, String args) {
    assertThat(line(image, command, args).obstacle())
        .hasValueSatisfying(why -> assertThat(why).contains("does not show vLLM"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve m --otlp-traces-endpoint=http://c:4317",
        "serve m --otlp-traces-endpoint http://c:4317",
        "serve m --otlp_traces_endpoint=http://c:4317 --port 1",
        "serve m --otlp-traces-endpoint=http://a:1 --otlp-traces-endpoint=http://c:4317",
      })
  void theUsersFlagIsSeen(String args) {
    assertThat(line("x/vllm:1", null, args).tracesEndpoint()).contains("http://c:4317");
  }

  @Test
  void theUsersFlagIsSeenInAScript() {
    assertThat(
            new CommandLine(
                    "x/vllm:1",
                    List.of("bash", "-c"),
                    List.of("exec vllm serve m --otlp-traces-endpoint \"http://c:4317\" --port 1"))
                .tracesEndpoint())
        .contains("http://c:4317");
    assertThat(line("x/vllm:1", "vllm serve", "--port 1").tracesEndpoint()).isEmpty();
  }

  private static CommandLine line(String image, String command, String args) {
    return new CommandLine(image, words(command), words(args));
  }

  private static List<String> words(String text) {
    return text == null ? List.of() : List.of(text.split(" "));
  }
}
