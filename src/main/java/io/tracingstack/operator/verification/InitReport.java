package io.tracingstack.operator.verification;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/**
 * What {@code agent-init} wrote as its termination message.
 *
 * @param sha256 digest of the installed file, read back
 * @param installed {@code agent}, {@code noop} or {@code none}
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record InitReport(
    String version,
    String sha256,
    String expected,
    boolean verified,
    String installed,
    String reason,
    String message) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Reads a report; empty when the text is none, or claims a verification without a digest. */
  public static Optional<InitReport> parse(String text) {
    if (text == null || text.isBlank()) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(JSON.readValue(text.trim(), InitReport.class))
          .filter(r -> !r.verified() || (r.sha256() != null && r.sha256().matches("[0-9a-f]{64}")));
    } catch (JsonProcessingException notOurs) {
      return Optional.empty();
    }
  }
}
