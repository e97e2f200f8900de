package io.tracingstack.operator.verification;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.Optional;

/**
 * What the init container of a LlamaStack server wrote as its termination message; src/main/
 * llamastack/repair.py describes it. A report that claims a repair has both digests and checks that
 * all passed with it.
 *
 * @param version of llama-stack, empty where the image has none
 * @param applied whether the repair is installed for the server
 * @param reason why, or why not, in one word
 * @param handsOn whether calls of model servers get the trace's context; null where OpenTelemetry
 *     is not what traces the server
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record RepairReport(
    String version,
    String python,
    String module,
    String pythonPath,
    Module before,
    Module after,
    boolean applied,
    String reason,
    String message,
    Boolean handsOn) {
  /** The reason of an image whose tracing is to be repaired, and was. */
  public static final String APPLIED = "Applied";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** How many digits of the repaired module's digest its spans carry. */
  private static final int DIGITS = 12;

  /**
   * The tracing module as it is shipped, or repaired.
   *
   * @param checks by name, whether each passed
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Module(String sha256, Map<String, Boolean> checks) {
    /** Takes what a report leaves out as empty. */
    public Module {
      sha256 = sha256 == null ? "" : sha256;
      checks = checks == null ? Map.of() : checks;
    }
  }

  /** Takes what a report leaves out as empty. */
  public RepairReport {
    version = version == null ? "" : version;
    before = before == null ? new Module(null, null) : before;
    after = after == null ? new Module(null, null) : after;
    message = message == null ? "" : message;
  }

  /** Reads a report; empty when the text is none, or claims a repair without showing it. */
  public static Optional<RepairReport> parse(String text) {
    if (text == null || text.isBlank()) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(JSON.readValue(text.trim(), RepairReport.class))
          .filter(r -> r.reason() != null && (!r.applied() || r.isShown()));
    } catch (JsonProcessingException notOurs) {
      return Optional.empty();
    }
  }

  private boolean isShown() {
    return APPLIED.equals(reason)
        && before.sha256().matches("[0-9a-f]{64}")
        && after.sha256().matches("[0-9a-f]{64}")
        && !after.checks().isEmpty()
        && after.checks().values().stream().allMatch(Boolean.TRUE::equals);
  }

  /** What spans of the repaired server carry; empty where nothing is repaired. */
  public Optional<String> mark() {
    return applied ? Optional.of(after.sha256().substring(0, DIGITS)) : Optional.empty();
  }
}
