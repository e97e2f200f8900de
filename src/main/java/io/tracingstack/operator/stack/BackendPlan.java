package io.tracingstack.operator.stack;

import io.tracingstack.operator.api.v1alpha1.OtlpBackendSpec.Header;
import io.tracingstack.operator.api.v1alpha1.OtlpBackendSpec.Protocol;
import io.tracingstack.operator.api.v1alpha1.OtlpBackendSpec.SecretKey;
import io.tracingstack.operator.api.v1alpha1.TempoStorage;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Where traces go, and where they can be read. */
public sealed interface BackendPlan {

  /** The name in the status. */
  String kind();

  /** Base URI of Tempo's API; empty when the backend cannot be read. */
  Optional<URI> query();

  /**
   * A TempoMonolithic owned by the stack.
   *
   * @param name of the object; its Service is {@code tempo-<name>}
   * @param tempoMajor major version of Tempo as tempo-operator reported it; 2 while unknown
   */
  record Tempo(
      String namespace,
      String name,
      TempoStorage.Type storage,
      Optional<String> size,
      Optional<String> secretName,
      String retention,
      boolean ui,
      int tempoMajor)
      implements BackendPlan {

    /** Host of Tempo's Service, resolvable from every namespace. */
    public String host() {
      return "tempo-" + name + "." + namespace + ".svc";
    }

    @Override
    public String kind() {
      return "tempoMonolithic";
    }

    @Override
    public Optional<URI> query() {
      return Optional.of(URI.create("http://" + host() + ":3200"));
    }
  }

  /** An OTLP endpoint that somebody else runs. */
  record Otlp(
      String endpoint, Protocol protocol, List<Header> headers, Optional<SecretKey> caSecret)
      implements BackendPlan {

    @Override
    public String kind() {
      return "otlp";
    }

    @Override
    public Optional<URI> query() {
      return Optional.empty();
    }
  }
}
