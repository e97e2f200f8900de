package io.tracingstack.operator.api.v1alpha1;

import io.fabric8.generator.annotation.Required;
import java.util.Optional;

/** Names a {@code TracingStack}. */
public record StackRef(@Required String namespace, @Required String name) {

  /**
   * Reads {@code <namespace>.<name>}, the value of the consent label; a namespace has no dot, so
   * the first one separates.
   */
  public static Optional<StackRef> parse(String text) {
    int dot = text == null ? -1 : text.indexOf('.');
    return dot < 1 || dot == text.length() - 1
        ? Optional.empty()
        : Optional.of(new StackRef(text.substring(0, dot), text.substring(dot + 1)));
  }

  @Override
  public String toString() {
    return namespace + "." + name;
  }
}
