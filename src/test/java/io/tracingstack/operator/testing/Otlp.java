package io.tracingstack.operator.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Attributes as OTLP writes them in JSON, to and from plain JSON. */
public final class Otlp {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Otlp() {}

  /** A list of keys with typed values. */
  public static ArrayNode attributes(JsonNode plain) {
    ArrayNode list = JSON.createArrayNode();
    plain
        .properties()
        .forEach(e -> list.addObject().put("key", e.getKey()).set("value", value(e.getValue())));
    return list;
  }

  private static ObjectNode value(JsonNode plain) {
    ObjectNode value = JSON.createObjectNode();
    if (plain.isObject()) {
      value.putObject("kvlistValue").set("values", attributes(plain));
    } else if (plain.isArray()) {
      ArrayNode values = value.putObject("arrayValue").putArray("values");
      plain.forEach(element -> values.add(value(element)));
    } else if (plain.isBoolean()) {
      value.set("boolValue", plain);
    } else if (plain.isIntegralNumber()) {
      value.put("intValue", plain.asText());
    } else if (plain.isNumber()) {
      value.set("doubleValue", plain);
    } else if (plain.asText().equals("NaN")) {
      value.put("doubleValue", "NaN");
    } else {
      value.put("stringValue", plain.asText());
    }
    return value;
  }

  /** A JSON object of a list of keys with typed values. */
  public static ObjectNode plain(JsonNode attributes) {
    ObjectNode plain = JSON.createObjectNode();
    attributes.forEach(a -> plain.set(a.path("key").asText(), plainValue(a.path("value"))));
    return plain;
  }

  private static JsonNode plainValue(JsonNode value) {
    if (value.has("kvlistValue")) {
      return plain(value.at("/kvlistValue/values"));
    }
    if (value.has("arrayValue")) {
      ArrayNode values = JSON.createArrayNode();
      value.at("/arrayValue/values").forEach(element -> values.add(plainValue(element)));
      return values;
    }
    if (value.has("intValue")) {
      int number = value.path("intValue").asInt();
      return JsonNodeFactory.instance.numberNode(number);
    }
    return value.elements().next();
  }
}
