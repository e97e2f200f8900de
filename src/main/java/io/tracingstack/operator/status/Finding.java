package io.tracingstack.operator.status;

import io.tracingstack.operator.api.v1alpha1.Reason;

/**
 * One condition as decided: what holds, why, and in which words. The next step is not part of the
 * message; {@link Conditions} adds it from the catalogue.
 *
 * @param status true, false, or null for unknown
 */
public record Finding(Boolean status, Reason reason, String message) {

  public static Finding yes(Reason reason, String message) {
    return new Finding(true, reason, message);
  }

  public static Finding no(Reason reason, String message) {
    return new Finding(false, reason, message);
  }

  public static Finding unknown(Reason reason, String message) {
    return new Finding(null, reason, message);
  }

  /** True only when the condition is known to hold. */
  public boolean holds() {
    return Boolean.TRUE.equals(status);
  }

  /** The message with its next step. */
  public String text() {
    return holds() || reason.nextStep().isEmpty() ? message : message + "; " + reason.nextStep();
  }
}
