package io.tracingstack.operator.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.function.Predicate;

/**
 * What an API server makes of an apply whose manager owns nothing yet: entries of lists meet by
 * their keys, and a value that another manager wrote is a conflict.
 */
public final class ServerSideApply {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ServerSideApply() {}

  /** Another manager owns the field. */
  public static final class ConflictException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ConflictException(String path) {
      super(path);
    }
  }

  /** The stored template after the apply; the arguments are not changed. */
  public static PodTemplateSpec apply(PodTemplateSpec live, PodTemplateSpec fragment) {
    return apply(live, fragment, path -> false);
  }

  /**
   * The same, forced.
   *
   * @param taken says of a field's path whether its value may be taken from another manager
   */
  public static PodTemplateSpec apply(
      PodTemplateSpec live, PodTemplateSpec fragment, Predicate<String> taken) {
    JsonNode merged = merge(tree(live), tree(fragment), "", taken);
    return Serialization.unmarshal(merged.toString(), PodTemplateSpec.class);
  }

  /** The JSON that travels, with the fields left out that mean nothing. */
  public static JsonNode tree(PodTemplateSpec template) {
    return withoutEmpties(JSON.valueToTree(template));
  }

  private static JsonNode merge(
      JsonNode live, JsonNode wanted, String path, Predicate<String> taken) {
    if (live == null || live.isMissingNode()) {
      return wanted.deepCopy();
    }
    if (wanted.isObject()) {
      ObjectNode result = live.deepCopy();
      wanted
          .fields()
          .forEachRemaining(
              e ->
                  result.set(
                      e.getKey(),
                      merge(live.path(e.getKey()), e.getValue(), path + "." + e.getKey(), taken)));
      return result;
    }
    if (wanted.isArray() && !isOneValue(path)) {
      ArrayNode result = live.deepCopy();
      for (JsonNode item : wanted) {
        int at = indexOf(result, item);
        if (at < 0) {
          result.add(item.deepCopy());
        } else {
          result.set(at, merge(result.get(at), item, path + "[" + item.path("name") + "]", taken));
        }
      }
      return result;
    }
    if (taken.test(path)) {
      return wanted;
    }
    if (!live.equals(wanted)) {
      throw new ConflictException(path + ": " + live + " is another manager's");
    }
    return live;
  }

  /** The API server keeps most lists of plain values as one field (atomic). */
  private static boolean isOneValue(String path) {
    return path.endsWith(".args") || path.endsWith(".command");
  }

  private static int indexOf(ArrayNode list, JsonNode item) {
    String key = item.has("mountPath") ? "mountPath" : "name";
    for (int i = 0; i < list.size(); i++) {
      if (item.isObject()
          ? item.path(key).equals(list.get(i).path(key))
          : item.equals(list.get(i))) {
        return i;
      }
    }
    return -1;
  }

  /** Go's {@code omitempty}: the API server stores neither empty strings nor empty lists. */
  public static JsonNode withoutEmpties(JsonNode node) {
    if (node.isObject()) {
      ObjectNode result = JSON.createObjectNode();
      node.fields()
          .forEachRemaining(
              e -> {
                JsonNode value = withoutEmpties(e.getValue());
                boolean empty =
                    value.isNull()
                        || value.isContainerNode() && value.isEmpty()
                        || e.getKey().equals("value") && value.asText().isEmpty();
                if (!empty) {
                  result.set(e.getKey(), value);
                }
              });
      return result;
    }
    if (node.isArray()) {
      ArrayNode result = JSON.createArrayNode();
      node.forEach(item -> result.add(withoutEmpties(item)));
      return result;
    }
    return node;
  }
}
