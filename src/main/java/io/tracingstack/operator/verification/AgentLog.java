package io.tracingstack.operator.verification;

import java.util.Optional;
import java.util.regex.Pattern;

/** What a container's log says about the OpenTelemetry Java agent in it (texts of agent 2.x). */
public enum AgentLog {
  /** No sign of the agent. */
  SILENT,
  /** The agent came up. */
  STARTED,
  /** The agent came up and cannot deliver. */
  EXPORT_FAILED,
  /** The agent gave up. */
  FAILED_TO_START,
  /** The no-op agent ran in its place. */
  NOOP;

  private static final Pattern LOADED = Pattern.compile("opentelemetry-javaagent - version: \\S+");
  private static final Pattern FAILED = Pattern.compile("OpenTelemetry Javaagent failed to start");
  private static final Pattern EXPORT =
      Pattern.compile("(Failed to export spans|HttpExporter.*Failed to export)");
  private static final Pattern PLACEHOLDER =
      Pattern.compile("TracingStack: tracing agent not installed");

  /** Reads the beginning of a log. */
  public static AgentLog read(Optional<String> log) {
    String text = log.orElse("");
    if (PLACEHOLDER.matcher(text).find()) {
      return NOOP;
    }
    if (FAILED.matcher(text).find()) {
      return FAILED_TO_START;
    }
    if (EXPORT.matcher(text).find()) {
      return EXPORT_FAILED;
    }
    return LOADED.matcher(text).find() ? STARTED : SILENT;
  }
}
