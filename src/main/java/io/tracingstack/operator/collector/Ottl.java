package io.tracingstack.operator.collector;

import io.tracingstack.operator.collector.SecretPatterns.Replacement;
import java.util.ArrayList;
import java.util.List;

/**
 * Parts of statements in the OpenTelemetry Transformation Language, as the collector reads them.
 */
final class Ottl {
  private Ottl() {}

  /** The conditions and one more. */
  static List<String> and(List<String> conditions, String further) {
    List<String> all = new ArrayList<>(conditions);
    all.add(further);
    return all;
  }

  static String where(String... conditions) {
    return where(List.of(conditions));
  }

  /** The end of a statement that is carried out where all conditions hold; none is always. */
  static String where(List<String> conditions) {
    return conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
  }

  /** A place that lives as long as one span, event, scope or resource is looked at. */
  static String cached(String context, String name) {
    return context + ".cache[\"" + name + "\"]";
  }

  static String spanAttribute(String key) {
    return "span.attributes[\"" + key + "\"]";
  }

  /** A statement that replaces in one text all that an expression finds. */
  static String replace(String target, Replacement replacement) {
    return "replace_pattern(%s, %s, %s)"
        .formatted(target, text(replacement.regex()), text(replacement.by()));
  }

  /** A call of a function that takes a target and an expression of what it looks for in it. */
  static String call(String function, String target, String regex) {
    return "%s(%s, %s)".formatted(function, target, text(regex));
  }

  static String isMatch(String target, String regex) {
    return "IsMatch(%s, %s)".formatted(target, text(regex));
  }

  /** A literal of the transformation language, in a file where {@code $} would be expanded. */
  static String text(String raw) {
    StringBuilder literal = new StringBuilder("\"");
    raw.chars()
        .forEach(
            c -> {
              if (c == '\\' || c == '"') {
                literal.append('\\').append((char) c);
              } else if (c < ' ' || c == 0x7f) {
                literal.append("\\x%02x".formatted(c));
              } else {
                literal.append((char) c);
              }
            });
    return CollectorConfig.literal(literal.append('"').toString());
  }
}
