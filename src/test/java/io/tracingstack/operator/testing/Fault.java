package io.tracingstack.operator.testing;

/** What may happen to a request on its way. */
public sealed interface Fault {

  /** The server refuses; the request never takes effect. */
  record Refusal(int status, String reason, String extraHeader) implements Fault {
    public Refusal(int status, String reason) {
      this(status, reason, "");
    }
  }

  /** Nobody answers; the client has to lose its patience. */
  record Silence() implements Fault {}

  /** The connection breaks before the request arrives. */
  record Cut() implements Fault {}

  /** The request takes effect, and its answer is lost. */
  record LostAnswer() implements Fault {}
}
