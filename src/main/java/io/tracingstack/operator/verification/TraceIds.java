package io.tracingstack.operator.verification;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Trace identifiers by W3C Trace Context. */
public final class TraceIds {
  private TraceIds() {}

  /** A new trace id, 32 lower-case hexadecimal digits, never all zero. */
  public static String newTraceId(RandomGenerator random) {
    return hex(random, 16);
  }

  /** A {@code traceparent} header with the sampled flag, for a new span of the trace. */
  public static String sampledTraceparent(String traceId, RandomGenerator random) {
    return "00-" + traceId + "-" + hex(random, 8) + "-01";
  }

  private static String hex(RandomGenerator random, int bytes) {
    byte[] id = new byte[bytes];
    random.nextBytes(id);
    id[0] |= 1;
    return HexFormat.of().formatHex(id);
  }
}
