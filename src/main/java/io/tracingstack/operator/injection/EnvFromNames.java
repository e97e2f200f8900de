package io.tracingstack.operator.injection;

import java.util.Map;
import java.util.Set;

/**
 * Names of the variables that containers take from {@code envFrom}. An entry of ours under such a
 * name would silently shadow the user's value.
 *
 * @param known per container, the names with their prefixes applied
 * @param opaque containers with a source that cannot be looked into: a Secret, which the operator
 *     has no right to read
 */
public record EnvFromNames(Map<String, Set<String>> known, Set<String> opaque) {
  public static final EnvFromNames NONE = new EnvFromNames(Map.of(), Set.of());

  /** Whether a container takes a variable of this name. */
  public boolean has(String container, String name) {
    return known.getOrDefault(container, Set.of()).contains(name);
  }
}
