package io.tracingstack.operator.llamastack;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.Map;
import java.util.Optional;

/**
 * A LlamaStackDistribution or OGXServer, as far as its tracing is concerned.
 *
 * @param serverVersion as its operator asked the running server; empty before the first one runs
 * @param operatorVersion of the operator that made the Deployment
 * @param distribution the name it asks for; empty where it names an image
 * @param resolvedImage what its operator made of the name
 * @param userConfig whether it brings a configuration of its own, with which a
 *     LlamaStackDistribution's operator passes the image's entrypoint over
 */
public record ServerView(
    ServerApi api,
    String name,
    Map<String, String> labels,
    Map<String, String> annotations,
    Optional<String> serverVersion,
    Optional<String> operatorVersion,
    Optional<String> distribution,
    Optional<String> resolvedImage,
    boolean userConfig) {

  /** Takes the view of an object, empty for one of another kind. */
  public static Optional<ServerView> of(GenericKubernetesResource object) {
    return ServerApi.of(object)
        .map(
            api ->
                new ServerView(
                    api,
                    object.getMetadata().getName(),
                    orEmpty(object.getMetadata().getLabels()),
                    orEmpty(object.getMetadata().getAnnotations()),
                    versionOf(object),
                    text(object, "status", "version", "operatorVersion"),
                    text(object, "spec", "server", "distribution", "name")
                        .or(() -> text(object, "spec", "distribution", "name")),
                    text(object, "status", "resolvedDistribution", "image"),
                    at(object, "spec", "server", "userConfig").isPresent()));
  }

  /** The version in an object's status, as its operator asked the running server. */
  public static Optional<String> versionOf(GenericKubernetesResource object) {
    return text(object, "status", "version", "llamaStackServerVersion")
        .or(() -> text(object, "status", "version", "serverVersion"));
  }

  /** How it is called in messages. */
  public String title() {
    return api.kind() + "/" + name;
  }

  private static Optional<String> text(GenericKubernetesResource object, String... path) {
    return at(object, path)
        .filter(String.class::isInstance)
        .map(String.class::cast)
        .filter(s -> !s.isBlank());
  }

  private static Optional<Object> at(GenericKubernetesResource object, String... path) {
    Object at = object.getAdditionalProperties();
    for (String key : path) {
      at = at instanceof Map<?, ?> map ? map.get(key) : null;
    }
    return Optional.ofNullable(at);
  }

  private static Map<String, String> orEmpty(Map<String, String> map) {
    return map == null ? Map.of() : map;
  }
}
