package io.tracingstack.operator.llamastack;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.tracingstack.operator.testing.Yaml;
import java.util.Map;
import java.util.Optional;

/** Servers as their operators show them. */
final class Servers {
  private Servers() {}

  static ServerView view(ServerApi api, boolean userConfig) {
    return new ServerView(
        api,
        "assistant",
        Map.of(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        userConfig);
  }

  static ServerView parse(String yaml) {
    return ServerView.of(Yaml.read(yaml, GenericKubernetesResource.class)).orElseThrow();
  }
}
