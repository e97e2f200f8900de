package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.tracingstack.operator.kube.ClusterWatch;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Turns what {@link ClusterWatch} sees into events for the primaries of one reconciler. */
final class WatchEventSource<P extends HasMetadata> extends AbstractEventSource<HasMetadata, P> {
  private final ClusterWatch watch;

  WatchEventSource(
      ClusterWatch watch, String name, Function<HasMetadata, Stream<ResourceID>> primaries) {
    super(HasMetadata.class, name);
    this.watch = watch;
    watch.listen(
        object -> {
          if (isRunning()) {
            primaries.apply(object).forEach(id -> getEventHandler().handleEvent(new Event(id)));
          }
        });
  }

  @Override
  public void start() {
    super.start();
    watch.start();
  }

  @Override
  public void stop() {
    super.stop();
    watch.stop();
  }

  @Override
  public Set<HasMetadata> getSecondaryResources(P primary) {
    return Set.of();
  }
}
