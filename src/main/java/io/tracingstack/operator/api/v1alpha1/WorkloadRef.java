package io.tracingstack.operator.api.v1alpha1;

import io.fabric8.generator.annotation.Required;

/** A workload in the namespace of the object that holds this reference. */
public record WorkloadRef(
    @Required String apiVersion, @Required String kind, @Required String name, String uid) {

  @Override
  public String toString() {
    return kind + " " + name;
  }
}
