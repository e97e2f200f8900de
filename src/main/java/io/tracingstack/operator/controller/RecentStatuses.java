package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Statuses just written that the informer's cache does not show yet. Deciding from an older one
 * would write the same status, and tell the same event, twice.
 */
final class RecentStatuses<S> {
  private final Map<String, Written<S>> written = new ConcurrentHashMap<>();

  /**
   * What was written last.
   *
   * @param former those before it that the cache may still be about to show, oldest first
   */
  private record Written<S>(String onResourceVersion, List<S> former, S status) {}

  /**
   * Remembers what is about to be written on top of the cached object.
   *
   * @param before the newest status until then
   */
  void remember(HasMetadata cached, S before, S status) {
    written.compute(
        cached.getMetadata().getUid(),
        (uid, last) -> {
          List<S> former = last == null ? new ArrayList<>() : new ArrayList<>(last.former());
          former.add(before);
          return new Written<>(cached.getMetadata().getResourceVersion(), former, status);
        });
  }

  /**
   * The newest status: the one written, while the cache still shows the object it was put on, or
   * one with a status of ours from before.
   */
  S newest(HasMetadata cached, S inCache) {
    Written<S> recent = written.get(cached.getMetadata().getUid());
    if (recent == null) {
      return inCache;
    }
    boolean behind =
        recent.onResourceVersion().equals(cached.getMetadata().getResourceVersion())
            || (!recent.status().equals(inCache)
                && (inCache == null || recent.former().contains(inCache)));
    if (behind) {
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
