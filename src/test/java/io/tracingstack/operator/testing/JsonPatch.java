package io.tracingstack.operator.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * The operations {@code test}, {@code remove} and {@code replace}, the latter of object members, of
 * JSON Patch (RFC 6902).
 */
public final class JsonPatch {
  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonPatch() {}

  /** The patched document; the argument is not changed. */
  public static JsonNode apply(JsonNode document, List<Map<String, Object>> operations) {
    JsonNode result = document.deepCopy();
    for (Map<String, Object> operation : operations) {
      String path = (String) operation.get("path");
      JsonNode target = result.at(path);
      if (target.isMissingNode()) {
        throw new IllegalArgumentException("no " + path);
      }
      switch ((String) operation.get("op")) {
        case "test" -> {
          if (!target.equals(JSON.valueToTree(operation.get("value")))) {
            throw new IllegalArgumentException(path + " is " + target);
          }
        }
        case "remove" -> remove(result, path);
        case "replace" ->
            ((ObjectNode) result.at(path.substring(0, path.lastIndexOf('/'))))
                .set(
                    path.substring(path.lastIndexOf('/') + 1),
                    JSON.valueToTree(operation.get("value")));
        default -> throw new IllegalArgumentException("operation " + operation);
      }
    }
    return result;
  }

  private static void remove(JsonNode document, String path) {
    int slash = path.lastIndexOf('/');
    JsonNode parent = document.at(path.substring(0, slash));
    String last = path.substring(slash + 1).replace("~1", "/").replace("~0", "~");
    if (parent instanceof ArrayNode list) {
      list.remove(Integer.parseInt(last));
    } else {
      ((ObjectNode) parent).remove(last);
    }
  }
}
