package io.tracingstack.operator.llamastack;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A variable that is taken from a key of a ConfigMap or a Secret, and without which its container
 * is not made.
 *
 * @param secret whether it is a Secret's: those are never read
 */
public record KeyReference(String variable, boolean secret, String object, String key) {
  /** Those of a container, but for optional ones. */
  public static List<KeyReference> of(Container container) {
    return container.getEnv().stream()
        .filter(v -> v.getValueFrom() != null)
        .flatMap(v -> Stream.concat(ofConfigMap(v).stream(), ofSecret(v).stream()))
        .toList();
  }

  private static Optional<KeyReference> ofConfigMap(EnvVar variable) {
    return Optional.ofNullable(variable.getValueFrom().getConfigMapKeyRef())
        .filter(r -> !Boolean.TRUE.equals(r.getOptional()))
        .map(r -> new KeyReference(variable.getName(), false, r.getName(), r.getKey()));
  }

  private static Optional<KeyReference> ofSecret(EnvVar variable) {
    return Optional.ofNullable(variable.getValueFrom().getSecretKeyRef())
        .filter(r -> !Boolean.TRUE.equals(r.getOptional()))
        .map(r -> new KeyReference(variable.getName(), true, r.getName(), r.getKey()));
  }

  /**
   * What is missing of a ConfigMap.
   *
   * @param keys of each ConfigMap that exists
   */
  Optional<String> missing(Map<String, Set<String>> keys) {
    if (secret || keys.containsKey(object) && keys.get(object).contains(key)) {
      return Optional.empty();
    }
    return Optional.of(keys.containsKey(object) ? withoutKey() : absent("does not exist"));
  }

  /**
   * What is missing of a Secret, as the kubelet says it: it is the only one that looks.
   *
   * @param words what it says of containers that it cannot make
   */
  Optional<String> missing(List<String> words) {
    if (!secret) {
      return Optional.empty();
    }
    if (words.stream().anyMatch(w -> w.contains("secret \"%s\" not found".formatted(object)))) {
      return Optional.of(absent("the kubelet does not find"));
    }
    return words.stream()
            .anyMatch(
                w ->
                    w.contains("couldn't find key %s in Secret ".formatted(key))
                        && w.contains("/" + object))
        ? Optional.of(withoutKey())
        : Optional.empty();
  }

  private String absent(String what) {
    return "%s takes key %s of %s, which %s: create it".formatted(variable, key, title(), what);
  }

  private String withoutKey() {
    return "%s takes key %s of %s, which has no such key: add it".formatted(variable, key, title());
  }

  private String title() {
    return (secret ? "Secret " : "ConfigMap ") + object;
  }
}
