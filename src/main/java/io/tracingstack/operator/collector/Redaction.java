package io.tracingstack.operator.collector;

import io.tracingstack.operator.api.v1alpha1.RedactionSpec.Preset;
import io.tracingstack.operator.collector.SecretPatterns.Replacement;
import io.tracingstack.operator.stack.InstrumentationPlan;
import io.tracingstack.operator.stack.RedactionPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * The transform processor that takes out of every span what a plan forbids.
 *
 * <p>Only statements of the transform processor: it is in every distribution with more than the
 * core, whereas the redaction processor is missing in some, and neither names of spans nor status
 * messages are its business.
 *
 * <p>It fails closed. A statement that fails on a span refuses the whole batch, with an error to
 * the sender and in the collector's log; with the other error modes the span would go on as it is.
 * So statements here are such that no span makes them fail: above all none that turns a map into
 * JSON, which a number that is none (NaN) breaks.
 */
final class Redaction {
  /** Stands where something was taken out of a text. */
  static final String REPLACEMENT = "[REDACTED]";

  /**
   * Spans of LlamaStack servers, and of all else that no Java agent sent. An attribute of ours
   * would tell servers from others, and fail where one sets its resource attributes itself; the SDK
   * names its language whatever is set.
   */
  static final String MAY_BE_OF_SERVER =
      "resource.attributes[\"telemetry.sdk.language\"] != \"java\"";

  /** What proof and search of the operator rest on; no expression of a user may remove it. */
  private static final String PROOF =
      "^(?:"
          + InstrumentationPlan.REVISION_ATTRIBUTE.replace(".", "\\.")
          + "|k8s\\.(?:namespace|pod)\\.name|host\\.name|service\\.name)$";

  private static final String KEYS_HINT = "hintkeys";

  private final RedactionPlan plan;

  private Redaction(RedactionPlan plan) {
    this.plan = plan;
  }

  /**
   * The processor's configuration.
   *
   * @param condition which resources it looks at; without one, at all
   */
  static Map<String, Object> processor(RedactionPlan plan, Optional<String> condition) {
    Redaction redaction = new Redaction(plan);
    return CollectorConfig.ordered(
        "error_mode",
        "propagate",
        "trace_statements",
        List.of(
            group(condition, redaction.resource()),
            group(condition, redaction.place("scope", List.of())),
            group(condition, redaction.span()),
            group(condition, redaction.event())));
  }

  private static Map<String, Object> group(Optional<String> condition, List<String> statements) {
    return condition
        .map(c -> CollectorConfig.ordered("conditions", List.of(c), "statements", statements))
        .orElseGet(() -> Map.of("statements", statements));
  }

  private List<String> resource() {
    List<String> statements = new ArrayList<>();
    statements.add("set(resource.cache[\"proof\"], resource.attributes)");
    statements.add(Ottl.call("keep_matching_keys", "resource.cache[\"proof\"]", PROOF));
    if (has(Preset.SECRETS)) {
      String arguments = "resource.attributes[\"process.command_args\"]";
      statements.add(
          "set(%s, String(%s)) where IsList(%s) and ".formatted(arguments, arguments, arguments)
              + Ottl.isMatch(arguments, SecretPatterns.OPTION_IN_LIST));
    }
    statements.addAll(place("resource", List.of()));
    statements.add("merge_maps(resource.attributes, resource.cache[\"proof\"], \"upsert\")");
    return statements;
  }

  private List<String> span() {
    List<String> statements = new ArrayList<>();
    if (has(Preset.SECRETS)) {
      for (String statement : List.of("db.statement", "db.query.text")) {
        statements.addAll(sql(Ottl.spanAttribute(statement)));
      }
      statements.addAll(literals("span.name"));
    }
    if (has(Preset.GENAI)) {
      GenAiPatterns.FIGURES.forEach(figure -> statements.add(figure(figure)));
      String error = Ottl.spanAttribute("error");
      statements.add(
          "delete_key(span.attributes, \"error\") where IsString(%s) and not ".formatted(error)
              + Ottl.isMatch(error, "^(?:true|false)$"));
    }
    statements.addAll(
        place("span", List.of("span.name", "span.status.message", "span.trace_state")));
    return statements;
  }

  /** Copies what a text tells beside the conversation, which goes with all of the text. */
  private static String figure(GenAiPatterns.Figure figure) {
    String text = Ottl.spanAttribute(figure.from());
    String found = "ExtractPatterns(%s, %s)[\"found\"]".formatted(text, Ottl.text(figure.regex()));
    return "set(%s, %s) where IsString(%s) and "
            .formatted(
                Ottl.spanAttribute(figure.to()),
                figure.number() ? "Int(" + found + ")" : found,
                text)
        + Ottl.isMatch(text, figure.regex());
  }

  private static List<String> sql(String statement) {
    List<String> statements = new ArrayList<>();
    statements.add(
        Ottl.call("delete_matching_keys", "span.attributes", SecretPatterns.SQL_PARAMETERS)
            + " where "
            + isSqlAboutSecrets(statement));
    statements.addAll(literals(statement));
    statements.add(Ottl.replace(statement, SecretPatterns.REDIS_PASSWORD));
    return statements;
  }

  private static List<String> literals(String text) {
    return SecretPatterns.SQL_LITERALS.stream()
        .map(literal -> Ottl.replace(text, literal) + " where " + isSqlAboutSecrets(text))
        .toList();
  }

  private static String isSqlAboutSecrets(String text) {
    return "IsString(%s) and ".formatted(text)
        + Ottl.isMatch(text, SecretPatterns.SQL_ABOUT_SECRETS);
  }

  private List<String> event() {
    List<String> statements = new ArrayList<>();
    if (has(Preset.GENAI)) {
      statements.add(
          Ottl.call("keep_matching_keys", "spanevent.attributes", GenAiPatterns.EVENT_KEPT_KEYS)
              + " where "
              + Ottl.isMatch("spanevent.name", GenAiPatterns.EVENTS));
      statements.add(
          "delete_key(spanevent.attributes, \"message\") where "
              + Ottl.isMatch("spanevent.name", GenAiPatterns.LOG_EVENTS));
    }
    statements.addAll(place("spanevent", List.of("spanevent.name")));
    return statements;
  }

  /** Statements for attributes and texts of one kind of place. */
  private List<String> place(String context, List<String> texts) {
    String attributes = context + ".attributes";
    String flat = Ottl.cached(context, "flat");
    String clean = Ottl.cached(context, "clean");
    String isNested = Ottl.cached(context, "nested") + " == true";
    List<String> statements = new ArrayList<>();
    statements.add("set(%s, %s)".formatted(flat, attributes));
    statements.add("flatten(%s)".formatted(flat));
    statements.add(
        "set(%s, true) where %s != %s".formatted(Ottl.cached(context, "nested"), flat, attributes));
    statements.addAll(hints(context, texts));
    statements.addAll(map(context, attributes, List.of()));
    for (String text : texts) {
      forReplacements(
          context,
          List.of(),
          (replacement, where) -> statements.add(Ottl.replace(text, replacement) + where));
    }
    // Statements see the strings of a map, not what is inside of its lists and maps. So a flat copy
    // is cleaned, and takes the original's place only where that made a difference: elsewhere a
    // list stays a list.
    statements.add("set(%s, %s)".formatted(flat, attributes) + Ottl.where(isNested));
    statements.add("flatten(%s)".formatted(flat) + Ottl.where(isNested));
    statements.add("set(%s, %s)".formatted(clean, flat) + Ottl.where(isNested));
    statements.addAll(map(context, clean, List.of(isNested)));
    statements.add(
        "set(%s, %s)".formatted(attributes, clean)
            + Ottl.where(isNested, "%s != %s".formatted(clean, flat)));
    return statements;
  }

  /**
   * Most spans hold no secret, and to find that out by the expressions themselves costs ten times
   * what all else does. So all there is, in lower case, is searched for hints first: these begin
   * with a fixed text, for which there are faster ways than an automaton.
   */
  private List<String> hints(String context, List<String> texts) {
    if (!has(Preset.SECRETS)) {
      return List.of();
    }
    String text = Ottl.cached(context, "text");
    List<String> parts = new ArrayList<>(texts);
    parts.add(
        "ToKeyValueString(%s, %s, %s)"
            .formatted(
                Ottl.cached(context, "flat"),
                Ottl.text(SecretPatterns.AFTER_KEY),
                Ottl.text(SecretPatterns.AFTER_VALUE)));
    List<String> statements = new ArrayList<>();
    statements.add(
        "set(%s, ConvertCase(Concat([%s], %s), \"lower\"))"
            .formatted(text, String.join(", ", parts), Ottl.text(SecretPatterns.AFTER_VALUE)));
    statements.add(hint(text, Ottl.cached(context, KEYS_HINT), SecretPatterns.KEY_HINTS));
    for (int i = 0; i < SecretPatterns.VALUES.size(); i++) {
      statements.add(
          hint(text, Ottl.cached(context, "hint" + i), SecretPatterns.VALUES.get(i).hints()));
    }
    return statements;
  }

  private static String hint(String text, String hint, List<String> hints) {
    return "set(%s, true) where ".formatted(hint)
        + hints.stream().map(h -> Ottl.isMatch(text, h)).collect(Collectors.joining(" or "));
  }

  private List<String> map(String context, String target, List<String> conditions) {
    String kept = Ottl.cached(context, "kept");
    List<String> statements = new ArrayList<>();
    if (has(Preset.GENAI)) {
      statements.addAll(
          remove(
              target, kept, GenAiPatterns.KEYS, GenAiPatterns.KEPT_KEYS, Ottl.where(conditions)));
    }
    if (has(Preset.SECRETS)) {
      String where = Ottl.where(Ottl.and(conditions, Ottl.cached(context, KEYS_HINT) + " == true"));
      statements.addAll(remove(target, kept, SecretPatterns.KEYS, SecretPatterns.KEPT_KEYS, where));
    }
    for (String keys : plan.keys()) {
      statements.add(Ottl.call("delete_matching_keys", target, keys) + Ottl.where(conditions));
    }
    forReplacements(
        context,
        conditions,
        (replacement, where) ->
            statements.add(
                "replace_all_patterns(%s, \"value\", %s, %s)"
                        .formatted(
                            target, Ottl.text(replacement.regex()), Ottl.text(replacement.by()))
                    + where));
    return statements;
  }

  /** Removes too much, then puts back what is harmless: RE2 cannot say "but not". */
  private static List<String> remove(
      String target, String kept, String keys, String keptKeys, String where) {
    return List.of(
        "set(%s, %s)".formatted(kept, target) + where,
        Ottl.call("keep_matching_keys", kept, keptKeys) + where,
        Ottl.call("delete_matching_keys", target, keys) + where,
        "merge_maps(%s, %s, \"insert\")".formatted(target, kept) + where);
  }

  private void forReplacements(
      String context, List<String> conditions, BiConsumer<Replacement, String> add) {
    if (has(Preset.GENAI)) {
      GenAiPatterns.VALUES.forEach(value -> add.accept(value, Ottl.where(conditions)));
    }
    if (has(Preset.SECRETS)) {
      for (int i = 0; i < SecretPatterns.VALUES.size(); i++) {
        add.accept(
            SecretPatterns.VALUES.get(i),
            Ottl.where(Ottl.and(conditions, Ottl.cached(context, "hint" + i) + " == true")));
      }
    }
    plan.values()
        .forEach(value -> add.accept(new Replacement(value, REPLACEMENT), Ottl.where(conditions)));
  }

  private boolean has(Preset preset) {
    return plan.presets().contains(preset);
  }
}
