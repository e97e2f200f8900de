package io.tracingstack.operator.packaging;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Whether a value is what a definition allows. */
final class SchemaCheck {
  private SchemaCheck() {}

  /** The keywords that our definitions use; rules in CEL need an API server. */
  static void check(JsonNode schema, JsonNode value, String at, List<String> problems) {
    switch (schema.path("type").asText()) {
      case "object" -> {
        schema
            .path("required")
            .forEach(
                r -> {
                  if (!value.has(r.asText())) {
                    problems.add(at + ": " + r.asText() + " is required");
                  }
                });
        for (Map.Entry<String, JsonNode> field : value.properties()) {
          JsonNode known =
              schema.path("properties").has(field.getKey())
                  ? schema.at("/properties").get(field.getKey())
                  : schema.path("additionalProperties");
          if (known.isMissingNode()) {
            problems.add(at + "." + field.getKey() + ": unknown");
          } else {
            check(known, field.getValue(), at + "." + field.getKey(), problems);
          }
        }
      }
      case "array" -> {
        checkRange(schema, value.size(), "Items", at, problems);
        value.forEach(item -> check(schema.get("items"), item, at + "[]", problems));
      }
      case "string" -> {
        String text = value.asText();
        checkRange(schema, text.length(), "Length", at, problems);
        if (schema.has("pattern") && !Pattern.matches(schema.get("pattern").asText(), text)) {
          problems.add(at + ": does not match");
        }
        if (schema.has("enum") && !BundleRulesTest.texts(schema.get("enum")).contains(text)) {
          problems.add(at + ": not one of the values");
        }
      }
      case "integer", "number" -> {
        if (!value.isNumber()) {
          problems.add(at + ": not an " + schema.get("type").asText());
        } else {
          checkRange(schema, value.asDouble(), "imum", at, problems);
        }
      }
      default -> {
        // A quantity is an integer or a string; booleans have no values to get wrong.
      }
    }
  }

  private static void checkRange(
      JsonNode schema, double value, String unit, String at, List<String> problems) {
    if (value < schema.path("min" + unit).asDouble(value)
        || value > schema.path("max" + unit).asDouble(value)) {
      problems.add(at + ": out of range");
    }
  }
}
