package io.tracingstack.operator.llamastack;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.tracingstack.operator.testing.Yaml;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrerequisitesTest {
  private static final Container CONTAINER =
      Yaml.read(
          """
          name: llama-stack
          env:
            - {name: VLLM_URL, value: "http://granite:8000/v1"}
            - {name: MODEL, valueFrom: {configMapKeyRef: {name: settings, key: model}}}
            - {name: THEME, valueFrom: {configMapKeyRef: {name: none, key: x, optional: true}}}
            - {name: POSTGRES_USER, valueFrom: {secretKeyRef: {name: postgres-secret, key: user}}}
            - {name: POSTGRES_PASSWORD, valueFrom: {secretKeyRef: {name: postgres-secret, key: password}}}
            - {name: TOKEN, valueFrom: {secretKeyRef: {name: postgres, key: token, optional: true}}}
          """,
          Container.class);

  private static final CalledService MODEL = new CalledService("VLLM_URL", "ai", "granite");

  private static final Egress.Collector COLLECTOR =
      new Egress.Collector(
          "observability",
          Map.of("kubernetes.io/metadata.name", "observability"),
          Map.of("app.kubernetes.io/name", "opentelemetry-collector"),
          4318);

  @Test
  void whatIsThereIsNotToldOf() {
    assertThat(
            warnings(
                CalledService.State.SERVING,
                Map.of("settings", Set.of("model")),
                List.of("container llama-stack: CreateContainerConfigError: something else")))
        .isEmpty();
  }

  @Test
  void aModelThatIsMissingOrHasNoPodsIsTold() {
    Map<String, Set<String>> settings = Map.of("settings", Set.of("model"));
    assertThat(warnings(CalledService.State.MISSING, settings, List.of()))
        .containsExactly("VLLM_URL names the Service ai/granite, which does not exist");
    assertThat(warnings(CalledService.State.WITHOUT_PODS, settings, List.of()))
        .containsExactly("VLLM_URL names the Service ai/granite, which has no pod that is ready");
  }

  @Test
  void aConfigMapOrKeyThatIsMissingIsTold() {
    assertThat(warnings(CalledService.State.SERVING, Map.of(), List.of()))
        .containsExactly(
            "MODEL takes key model of ConfigMap settings, which does not exist: create it");
    assertThat(
            warnings(CalledService.State.SERVING, Map.of("settings", Set.of("other")), List.of()))
        .containsExactly(
            "MODEL takes key model of ConfigMap settings, which has no such key: add it");
  }

  @Test
  void aSecretOrKeyThatTheKubeletMissesIsTold() {
    Map<String, Set<String>> settings = Map.of("settings", Set.of("model"));
    assertThat(
            warnings(
                CalledService.State.SERVING,
                settings,
                List.of(
                    "container llama-stack: CreateContainerConfigError: secret"
                        + " \"postgres-secret\" not found")))
        .containsExactly(
            "POSTGRES_USER takes key user of Secret postgres-secret, which the kubelet does not"
                + " find: create it",
            "POSTGRES_PASSWORD takes key password of Secret postgres-secret, which the kubelet does"
                + " not find: create it");
    assertThat(
            warnings(
                CalledService.State.SERVING,
                settings,
                List.of(
                    "container llama-stack: CreateContainerConfigError: couldn't find key password"
                        + " in Secret ai/postgres-secret")))
        .containsExactly(
            "POSTGRES_PASSWORD takes key password of Secret postgres-secret, which has no such key:"
                + " add it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "podSelector: {matchLabels: {app: other}}, policyTypes: [Egress]",
        "podSelector: {}, policyTypes: [Ingress]",
        "podSelector: {}",
        "podSelector: {}, egress: [{}]",
        "podSelector: {}, egress: [{ports: [{port: 4318, protocol: TCP}]}]",
        "podSelector: {}, egress: [{ports: [{port: 4000, endPort: 5000}]}]",
        "podSelector: {}, egress: [{ports: [{port: otlp-http}]}]",
        "podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]",
        "podSelector: {}, egress: [{to: [{namespaceSelector: {}}]}]",
        "podSelector: {}, egress: [{to: [{namespaceSelector: {matchLabels:"
            + " {kubernetes.io/metadata.name: observability}}, podSelector: {matchLabels:"
            + " {app.kubernetes.io/name: opentelemetry-collector}}}]}]",
      })
  void aWayThatIsOpenIsNotToldOf(String policy) {
    assertThat(egress(policy).warning(Optional.empty(), COLLECTOR)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "podSelector: {}, policyTypes: [Egress]",
        "podSelector: {matchLabels: {app: assistant}}, egress: [{ports: [{port: 53, protocol: UDP}]}]",
        "podSelector: {}, egress: [{ports: [{port: 4318, protocol: UDP}]}]",
        "podSelector: {}, egress: [{ports: [{port: 443}]}]",
        // The server's own namespace is not the collector's.
        "podSelector: {}, egress: [{to: [{podSelector: {}}]}]",
        "podSelector: {}, egress: [{to: [{namespaceSelector: {matchLabels: {team: a}}}]}]",
        "podSelector: {}, egress: [{to: [{namespaceSelector: {}, podSelector: {matchLabels: {a: b}}}]}]",
      })
  void aWayThatIsClosedIsToldWithTheRuleToAdd(String policy) {
    assertThat(egress(policy).warning(Optional.empty(), COLLECTOR))
        .hasValueSatisfying(
            w ->
                assertThat(w)
                    .contains("NetworkPolicy p ", "its spec.egress")
                    .endsWith(
                        "{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name:"
                            + " observability}}}], ports: [{port: 4318}]}"));
  }

  @Test
  void oneOfSeveralPoliciesIsEnough() {
    Egress egress =
        new Egress(
            Stream.of(
                    "podSelector: {}, policyTypes: [Egress]",
                    "podSelector: {}, egress: [{ports: [{port: 4318}]}]")
                .map(spec -> policy("p", spec))
                .toList(),
            "ai",
            Map.of("app", "assistant"));
    assertThat(egress.warning(Optional.empty(), COLLECTOR)).isEmpty();
  }

  @Test
  void whatAnOgxServerSaysItselfIsNamedThere() {
    Optional<ServerView> server =
        ServerView.of(
            Yaml.read(
                "{apiVersion: ogx.io/v1beta1, kind: OGXServer, metadata: {name: assistant}}",
                GenericKubernetesResource.class));
    Egress egress =
        new Egress(
            List.of(policy("assistant-network-policy", "podSelector: {}, policyTypes: [Egress]")),
            "ai",
            Map.of());
    assertThat(egress.warning(server, COLLECTOR))
        .hasValueSatisfying(
            w -> assertThat(w).contains("OGXServer/assistant spec.network.policy.egress"));
  }

  private static Egress egress(String spec) {
    return new Egress(List.of(policy("p", spec)), "ai", Map.of("app", "assistant"));
  }

  private static NetworkPolicy policy(String name, String spec) {
    return Yaml.read(
        "{metadata: {name: %s}, spec: {%s}}".formatted(name, spec), NetworkPolicy.class);
  }

  private static List<String> warnings(
      CalledService.State model, Map<String, Set<String>> configMaps, List<String> refusals) {
    return Prerequisites.warnings(
        Optional.empty(),
        CONTAINER,
        new Prerequisites.Facts(
            Map.of(MODEL, model),
            configMaps,
            refusals,
            new Egress(List.of(), "ai", Map.of()),
            COLLECTOR));
  }
}
