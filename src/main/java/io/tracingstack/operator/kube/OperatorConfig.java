package io.tracingstack.operator.kube;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** Settings of the operator itself, from its Deployment's environment. */
@ConfigMapping(prefix = "tracingstack")
public interface OperatorConfig {

  /** Namespace the operator runs in; never touched by injection. */
  Optional<String> namespace();

  Images images();

  /** Stacks, as {@code <namespace>.<name>}, that may serve every namespace without its consent. */
  Optional<List<String>> clusterWideStacks();

  /** Namespaces that are never touched, beside the system's own. */
  Optional<List<String>> protectedNamespaces();

  Canary canary();

  /** Images used where a stack names none. */
  interface Images {
    String collector();

    String agentInit();
  }

  /** The span that the operator sends through each pipeline. */
  interface Canary {
    /** How often a healthy pipeline is checked again. */
    @WithDefault("PT10M")
    java.time.Duration period();
  }
}
