package io.tracingstack.operator.verification;

import java.util.Map;

/** The request that a pod's readiness probe makes. */
public record ProofTarget(
    boolean tls, String host, int port, String path, Map<String, String> headers) {

  /** The address in the form of a URI; the path is kept as the probe has it. */
  public String uri() {
    String authority = host.contains(":") ? "[" + host + "]" : host;
    return (tls ? "https://" : "http://")
        + authority
        + ":"
        + port
        + (path.startsWith("/") ? "" : "/")
        + path;
  }
}
