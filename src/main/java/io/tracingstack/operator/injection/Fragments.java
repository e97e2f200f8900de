package io.tracingstack.operator.injection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Compares a fragment of an object with the whole, by the list keys of the pod schema. */
final class Fragments {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Fields whose values the API server rewrites into a canonical form. */
  private static final Set<String> QUANTITIES = Set.of("requests", "limits", "sizeLimit");

  private Fragments() {}

  /** Whether everything the fragment says is said by the live object, which may say more. */
  static boolean contains(Object live, Object fragment) {
    return contains(JSON.valueToTree(live), JSON.<JsonNode>valueToTree(fragment), "");
  }

  private static boolean contains(JsonNode live, JsonNode wanted, String field) {
    if (live == null) {
      return false;
    }
    if (wanted.isObject()) {
      for (Iterator<Map.Entry<String, JsonNode>> it = wanted.fields(); it.hasNext(); ) {
        Map.Entry<String, JsonNode> entry = it.next();
        String name = QUANTITIES.contains(field) ? field : entry.getKey();
        if (!contains(live.get(entry.getKey()), entry.getValue(), name)) {
          return false;
        }
      }
      return true;
    }
    if (wanted.isArray()) {
      for (JsonNode item : wanted) {
        if (counterpart(live, item).filter(found -> contains(found, item, field)).isEmpty()) {
          return false;
        }
      }
      return true;
    }
    return live.equals(wanted) || (QUANTITIES.contains(field) && sameQuantity(live, wanted));
  }

  private static Optional<JsonNode> counterpart(JsonNode list, JsonNode item) {
    String key = item.has("mountPath") ? "mountPath" : "name";
    for (JsonNode candidate : list) {
      boolean same =
          item.isObject() ? item.path(key).equals(candidate.path(key)) : item.equals(candidate);
      if (same) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  private static boolean sameQuantity(JsonNode one, JsonNode other) {
    return new Quantity(one.asText())
            .getNumericalAmount()
            .compareTo(new Quantity(other.asText()).getNumericalAmount())
        == 0;
  }
}
