package io.tracingstack.operator.kube;

import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.tracingstack.operator.api.v1alpha1.StackRef;
import io.tracingstack.operator.injection.StackSelection;
import io.tracingstack.operator.llamastack.LlamaStackInjection;
import io.tracingstack.operator.stack.Defaults;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Values that the rest of the operator is built with. */
class Producers {

  @Produces
  @Singleton
  Clock clock() {
    return Clock.systemUTC();
  }

  /** Without per-resource series: the default collector makes some seventy for each object. */
  @Produces
  @Singleton
  Metrics metrics(MeterRegistry registry) {
    return MicrometerMetrics.withoutPerResourceMetrics(registry);
  }

  /** One of several replicas works; the SDK activates this in production only. */
  @Produces
  @Singleton
  LeaderElectionConfiguration leaderElection(OperatorConfig config) {
    return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration("tracingstack-operator")
        .withLeaseNamespace(config.namespace().orElse("default"))
        .build();
  }

  @Produces
  @Singleton
  Defaults defaults(OperatorConfig config) {
    Properties agent = new Properties();
    try (InputStream in = Producers.class.getResourceAsStream("/agent.properties")) {
      agent.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Defaults(
        config.images().collector(),
        config.images().agentInit(),
        agent.getProperty("sha256"),
        repairFiles());
  }

  /** The jar has them beside the classes, see the build's resources. */
  private static SortedMap<String, String> repairFiles() {
    SortedMap<String, String> files = new TreeMap<>();
    for (String name : LlamaStackInjection.FILES) {
      try (InputStream in = Producers.class.getResourceAsStream("/llamastack/" + name)) {
        files.put(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return files;
  }

  @Produces
  @Singleton
  StackSelection.Policy policy(OperatorConfig config) {
    Set<StackRef> clusterWide =
        config.clusterWideStacks().stream()
            .flatMap(Collection::stream)
            .map(
                text ->
                    StackRef.parse(text)
                        .orElseThrow(
                            () ->
                                new IllegalArgumentException(
                                    "tracingstack.cluster-wide-stacks: '%s' is not <namespace>.<name>"
                                        .formatted(text))))
            .collect(Collectors.toSet());
    Set<String> protectedNamespaces = new HashSet<>(config.protectedNamespaces().orElse(List.of()));
    config.namespace().ifPresent(protectedNamespaces::add);
    return new StackSelection.Policy(clusterWide, protectedNamespaces);
  }
}
