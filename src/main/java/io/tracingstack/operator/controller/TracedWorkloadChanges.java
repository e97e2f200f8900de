package io.tracingstack.operator.controller;

import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import java.util.Objects;

/** Lets through what a user or the selection changed, not the status we wrote ourselves. */
public class TracedWorkloadChanges implements OnUpdateFilter<TracedWorkload> {
  @Override
  public boolean accept(TracedWorkload now, TracedWorkload before) {
    return !Objects.equals(now.getMetadata().getGeneration(), before.getMetadata().getGeneration())
        || !Objects.equals(
            now.getMetadata().getAnnotations(), before.getMetadata().getAnnotations())
        || !Objects.equals(
            now.getMetadata().getDeletionTimestamp(), before.getMetadata().getDeletionTimestamp());
  }
}
