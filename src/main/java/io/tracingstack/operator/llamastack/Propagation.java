package io.tracingstack.operator.llamastack;

import java.util.Optional;

/** How far a caller's trace goes through a server, by its version and its image. */
public enum Propagation {
  /** Before 0.2.8 nothing reads a trace context (llamastack/llama-stack#2153). */
  NONE(
      "None",
      "each request begins a trace of its own, and so does what the server calls: reading the"
          + " caller's traceparent came with 0.2.8, handing it on with 0.4"),
  /** Up to 0.3.5 nothing writes one (llamastack/llama-stack#2154). */
  JOINS(
      "Joins",
      "it joins its caller's trace, but what it calls, such as vLLM, begins another one: handing it"
          + " on came with 0.4"),
  /** OpenTelemetry's instrumentation of servers only; OGX 1.5.0 does not depend on the other. */
  JOINS_WITHOUT_CLIENT(
      "Joins",
      "it joins its caller's trace, but what it calls, such as vLLM, begins another one: its image"
          + " lacks opentelemetry-instrumentation-httpx"),
  /** OpenTelemetry's instrumentation of servers and clients. */
  TRACE_CONTEXT(
      "TraceContext",
      "under OpenTelemetry it joins its caller's trace and hands it on to what it calls over HTTP,"
          + " such as vLLM"),
  UNKNOWN(
      "Unknown", "the server's version, or what its image has of OpenTelemetry, is not known yet");

  private final String apiName;
  private final String message;

  Propagation(String apiName, String message) {
    this.apiName = apiName;
    this.message = message;
  }

  /** The name in the API. */
  public String apiName() {
    return apiName;
  }

  /** One sentence for people. */
  public String message() {
    return message;
  }

  /**
   * What a server does; all of OGX's are after 0.4.
   *
   * @param handsOn whether an image that OpenTelemetry traces has what hands a trace on; empty
   *     before it was looked into, and of others
   */
  public static Propagation of(
      Optional<ServerView> server, Optional<ServerVersion> version, Optional<Boolean> handsOn) {
    if (handsOn.isPresent()) {
      return handsOn.get() ? TRACE_CONTEXT : JOINS_WITHOUT_CLIENT;
    }
    boolean ogx = server.filter(s -> s.api() == ServerApi.OGX_SERVER).isPresent();
    return version
        .filter(v -> !ogx && !v.isAtLeast("0.4.0rc0"))
        .map(v -> v.isAtLeast("0.2.8") ? JOINS : NONE)
        .orElse(UNKNOWN);
  }
}
