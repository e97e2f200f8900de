package io.tracingstack.operator.verification;

import java.time.Instant;
import java.util.Optional;

/**
 * A readiness request that the operator sent with a trace context of its own.
 *
 * @param httpStatus the answer's status, empty when there was none
 * @param failure why there was no answer
 */
public record ProofRequest(
    String traceId,
    String pod,
    String templateRevision,
    Instant sent,
    Optional<Integer> httpStatus,
    Optional<String> failure) {

  /** Whether the application answered, whatever it said. */
  public boolean answered() {
    return httpStatus.isPresent();
  }
}
