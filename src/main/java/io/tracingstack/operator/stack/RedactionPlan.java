package io.tracingstack.operator.stack;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.tracingstack.operator.api.v1alpha1.RedactionSpec;
import io.tracingstack.operator.api.v1alpha1.RedactionSpec.Preset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What is taken out of every span.
 *
 * @param keys RE2 expressions; an attribute whose key one of them finds is removed
 * @param values RE2 expressions; what they find in a text is replaced
 */
public record RedactionPlan(SortedSet<Preset> presets, List<String> keys, List<String> values) {
  /** What a stack keeps out of its store without being asked: nobody wants a password there. */
  private static final List<Preset> DEFAULT_PRESETS = List.of(Preset.SECRETS);

  private static final String FIELD = "spec.collector.redaction.";

  /** Each expression stands in the file a dozen times, and a ConfigMap holds at most 1 MiB. */
  private static final int MAX_LENGTH = 256;

  /**
   * Fills in the defaults.
   *
   * @throws InvalidSpecException naming the expression that the collector could not use
   */
  static RedactionPlan of(RedactionSpec given) {
    Optional<RedactionSpec> spec = Optional.ofNullable(given);
    return new RedactionPlan(
        new TreeSet<>(spec.<Collection<Preset>>map(RedactionSpec::presets).orElse(DEFAULT_PRESETS)),
        checked(spec.map(RedactionSpec::keys).orElse(List.of()), FIELD + "keys"),
        checked(spec.map(RedactionSpec::values).orElse(List.of()), FIELD + "values"));
  }

  /** What else is taken out of spans whose conversations are not to be stored. */
  RedactionPlan ofConversations(boolean stored) {
    return new RedactionPlan(
        new TreeSet<>(
            stored || presets.contains(Preset.GENAI) ? List.<Preset>of() : List.of(Preset.GENAI)),
        List.of(),
        List.of());
  }

  /** Whether spans pass as they are. */
  public boolean isNone() {
    return presets.isEmpty() && keys.isEmpty() && values.isEmpty();
  }

  /** A collector with an expression that does not compile would not start. */
  private static List<String> checked(List<String> expressions, String field) {
    for (int i = 0; i < expressions.size(); i++) {
      check(expressions.get(i), field + "[" + i + "]");
    }
    return expressions;
  }

  private static void check(String expression, String field) {
    if (expression == null || expression.isEmpty()) {
      throw new InvalidSpecException(field, "is empty");
    }
    if (expression.length() > MAX_LENGTH) {
      throw new InvalidSpecException(field, "has more than " + MAX_LENGTH + " characters");
    }
    try {
      if (Pattern.compile(expression).matcher("").find()) {
        throw new InvalidSpecException(
            field,
            "'%s' matches the empty text, so it would match everything".formatted(expression));
      }
    } catch (PatternSyntaxException e) {
      throw new InvalidSpecException(
          field,
          "'%s' is not a regular expression of RE2: %s".formatted(expression, e.getDescription()));
    }
  }
}
