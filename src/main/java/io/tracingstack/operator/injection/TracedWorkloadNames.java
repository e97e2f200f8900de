package io.tracingstack.operator.injection;

import io.tracingstack.operator.stack.Hash;
import java.util.Locale;

/** The name of a workload's TracedWorkload. */
public final class TracedWorkloadNames {
  private static final int MAX_LENGTH = 253;

  private TracedWorkloadNames() {}

  /** {@code <kind>-<name>} in lower case, shortened with a hash where Kubernetes' limit demands. */
  public static String of(String kind, String name) {
    String full = kind.toLowerCase(Locale.ROOT) + "-" + name;
    return full.length() <= MAX_LENGTH
        ? full
        // A part of a name must not begin with a hyphen, so none may follow a dot.
        : full.substring(0, MAX_LENGTH - 17).replaceFirst("\\.$", "") + "-" + Hash.of(full);
  }
}
