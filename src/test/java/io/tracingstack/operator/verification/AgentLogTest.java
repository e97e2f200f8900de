package io.tracingstack.operator.verification;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentLogTest {
  private static final String LOADED =
      "[otel.javaagent 2026-11-21 08:00:00:000 +0000] [main] INFO"
          + " io.opentelemetry.javaagent.tooling.VersionLogger - opentelemetry-javaagent - version:"
          + " 2.33.1\n";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Started ShopServer in 2 s                                              | SILENT",
        "Picked up JAVA_TOOL_OPTIONS: -javaagent:/x/opentelemetry-javaagent.jar | SILENT",
        "opentelemetry-javaagent - version: 2.33.1                              | STARTED",
        "ERROR HttpExporter - Failed to export spans. The request could not be executed."
            + " | EXPORT_FAILED",
        "OpenTelemetry Javaagent failed to start                                | FAILED_TO_START",
        "TracingStack: tracing agent not installed, the application runs untraced | NOOP"
      })
  void aLineSaysHowTheAgentIs(String line, AgentLog expected) {
    assertThat(AgentLog.read(Optional.of("first line\n" + line + "\nlast line")))
        .isEqualTo(expected);
  }

  @Test
  void thePlaceholderAgentPrintsWhatIsLookedFor() throws IOException {
    Path source = Path.of("src/main/agent-init/noop/io/tracingstack/noop/NoopAgent.java");

    assertThat(AgentLog.read(Optional.of(Files.readString(source)))).isEqualTo(AgentLog.NOOP);
  }

  @Test
  void withoutLogThereIsNoSign() {
    assertThat(AgentLog.read(Optional.empty())).isEqualTo(AgentLog.SILENT);
  }

  @Test
  void theWorstThatIsSaidCounts() {
    assertThat(AgentLog.read(Optional.of(LOADED + "Failed to export spans")))
        .isEqualTo(AgentLog.EXPORT_FAILED);
    assertThat(
            AgentLog.read(
                Optional.of(
                    LOADED + "Failed to export spans\nOpenTelemetry Javaagent failed to start")))
        .isEqualTo(AgentLog.FAILED_TO_START);
  }
}
