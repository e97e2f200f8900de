package io.tracingstack.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;

/**
 * Lets objects go. The SDK's own way is bound to the resource version that the cache has, which a
 * status of ours written a moment ago has made old; and its retries compare a fresh object with
 * that old one, which the API server refuses ten times over. It also goes by name alone, so it
 * could take the finalizer of a successor. This way names the object by its UID, and is bound to
 * nothing else but the finalizer's place.
 */
@ApplicationScoped
public class Finalizers {
  private final KubernetesClient client;

  Finalizers(KubernetesClient client) {
    this.client = client;
  }

  /** What became of a removal. */
  public enum Outcome {
    /** It is removed. */
    REMOVED,
    /** The object, or its finalizer, is gone already. */
    GONE,
    /** The object has other finalizers than the given one says: look again. */
    STALE
  }

  /**
   * Removes a finalizer.
   *
   * @param object as it is known; its status and its resource version may be old
   */
  public Outcome remove(HasMetadata object, String finalizer) {
    int index = object.getMetadata().getFinalizers().indexOf(finalizer);
    if (index < 0) {
      return Outcome.GONE;
    }
    String path = "/metadata/finalizers/" + index;
    List<Map<String, String>> patch =
        List.of(
            Map.of("op", "test", "path", "/metadata/uid", "value", object.getMetadata().getUid()),
            Map.of("op", "test", "path", path, "value", finalizer),
            Map.of("op", "remove", "path", path));
    try {
      client
          .resources(object.getClass())
          .inNamespace(object.getMetadata().getNamespace())
          .withName(object.getMetadata().getName())
          .patch(PatchContext.of(PatchType.JSON), Serialization.asJson(patch));
      return Outcome.REMOVED;
    } catch (KubernetesClientException e) {
      if (e.getCode() == 404) {
        return Outcome.GONE;
      }
      if (e.getCode() == 409 || e.getCode() == 422) {
        return Outcome.STALE;
      }
      throw e;
    }
  }
}
