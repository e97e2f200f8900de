package io.tracingstack.operator.backend;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * Tempo-operator's kind as a typed shell around an untyped body: the client needs no discovery for
 * it, so the operator runs where the CRD is absent.
 */
@Group("tempo.grafana.com")
@Version("v1alpha1")
@Kind("TempoMonolithic")
@Plural("tempomonolithics")
@Singular("tempomonolithic")
public class TempoMonolithic extends GenericKubernetesResource implements Namespaced {
  private static final long serialVersionUID = 1L;

  /** Name of the CRD. */
  public static final String CRD = "tempomonolithics.tempo.grafana.com";

  public TempoMonolithic() {
    setApiVersion("tempo.grafana.com/v1alpha1");
    setKind("TempoMonolithic");
  }
}
