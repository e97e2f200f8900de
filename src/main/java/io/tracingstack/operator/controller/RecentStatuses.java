package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Statuses just written that the informer's cache does not show yet. Deciding from an older one
 * would write the same status, and tell the same event, twice.
 */
final class RecentStatuses<S> {
  private final Map<String, Written<S>> written = new ConcurrentHashMap<>();

  private record Written<S>(String onResourceVersion, S status) {}

  /** Remembers what is about to be written on top of the cached object. */
  void remember(HasMetadata cached, S status) {
    written.put(
        cached.getMetadata().getUid(),
        new Written<>(cached.getMetadata().getResourceVersion(), status));
  }

  /** The newest status: the one written, while the cache still shows the object it was put on. */
  S newest(HasMetadata cached, S inCache) {
    Written<S> recent = written.get(cached.getMetadata().getUid());
    if (recent == null) {
      return inCache;
    }
    if (recent.onResourceVersion().equals(cached.getMetadata().getResourceVersion())) {
      return recent.status();
    }
    written.remove(cached.getMetadata().getUid());
    return inCache;
  }

  /** Forgets an object. */
  void forget(HasMetadata object) {
    written.remove(object.getMetadata().getUid());
  }
}
