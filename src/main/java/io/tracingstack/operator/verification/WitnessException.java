package io.tracingstack.operator.verification;

/** A witness did not answer; says nothing about what it would have said. */
public class WitnessException extends Exception {
  private static final long serialVersionUID = 1L;

  public WitnessException(String message) {
    super(message);
  }

  public WitnessException(String message, Throwable cause) {
    super(message, cause);
  }
}
