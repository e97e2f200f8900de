package io.tracingstack.operator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.OperatorTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A wrong specification is refused, or answered, in words that name the field. */
@QuarkusTest
class TracingStackValidationApiTest extends OperatorTest {

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          spec.collector.replicas                     | {collector: {replicas: 0}}
          spec.collector.replicas                     | {collector: {replicas: 51}}
          spec.collector.replicas                     | {collector: {replicas: two}}
          spec.collector.image                        | {collector: {image: 'UPPER/case'}}
          spec.collector.image                        | {collector: {image: 'has space:1'}}
          spec.collector.image                        | {collector: {image: ''}}
          spec.collector.debug                        | {collector: {debug: 'yes'}}
          spec.collector.redaction.presets[1]         | {collector: {redaction: {presets: [secrets, emails]}}}
          spec.collector.redaction.presets            | {collector: {redaction: {presets: secrets}}}
          spec.collector.redaction.keys[0]            | {collector: {redaction: {keys: [1]}}}
          spec.collector.redaction.value              | {collector: {redaction: {value: [a]}}}
          spec.collector.resources.limits             | {collector: {resources: {limits: [512Mi]}}}
          spec.collector.resources.limits.memory      | {collector: {resources: {limits: {memory: ''}}}}
          spec.collector.resources.limits.memory      | {collector: {resources: {limits: {memory: lots}}}}
          spec.collector.resources.requests.cpu       | {collector: {resources: {requests: {cpu: 1.5.2}}}}
          spec.instrumentation.java.resources.limits  | {instrumentation: {java: {resources: {limits: {memory: 64MB!}}}}}
          spec.backend.otlp.endpoint                  | {backend: {otlp: {endpoint: 'http://traces.example.com:99999'}}}
          spec.colector                               | {colector: {replicas: 1}}
          spec.backend.jaeger                         | {backend: {jaeger: {}}}
          spec.backend: set at most one               | {backend: {tempoMonolithic: {}, otlp: {endpoint: 'http://a:4317'}}}
          spec.backend.tempoMonolithic.retention      | {backend: {tempoMonolithic: {retention: 1 week}}}
          spec.backend.tempoMonolithic.storage.type   | {backend: {tempoMonolithic: {storage: {type: floppy}}}}
          spec.backend.tempoMonolithic.storage.size   | {backend: {tempoMonolithic: {storage: {size: '-1Gi'}}}}
          storage.secretName: required                | {backend: {tempoMonolithic: {storage: {type: s3}}}}
          storage.secretName: only for                | {backend: {tempoMonolithic: {storage: {type: pv, secretName: s}}}}
          spec.backend.otlp.endpoint                  | {backend: {otlp: {}}}
          spec.backend.otlp.endpoint                  | {backend: {otlp: {endpoint: 'traces.example.com:4317'}}}
          spec.backend.otlp.endpoint                  | {backend: {otlp: {endpoint: 'ftp://traces.example.com'}}}
          spec.backend.otlp.protocol                  | {backend: {otlp: {endpoint: 'http://a', protocol: tcp}}}
          spec.backend.otlp.headers[0].secret         | {backend: {otlp: {endpoint: 'http://a', headers: [{name: A}]}}}
          spec.backend.otlp.headers[0].name           | {backend: {otlp: {endpoint: 'http://a', headers: [{name: 'A:', secret: {name: s, key: k}}]}}}
          spec.backend.otlp.caSecret                  | {backend: {otlp: {endpoint: 'http://a', caSecret: {name: s, key: k}}}}
          spec.backend.otlp.caSecret.key              | {backend: {otlp: {endpoint: 'https://a', caSecret: {name: s, key: '../k'}}}}
          spec.instrumentation.propagators            | {instrumentation: {propagators: []}}
          spec.instrumentation.propagators[1]         | {instrumentation: {propagators: [tracecontext, zipkin]}}
          spec.instrumentation.propagators: must      | {instrumentation: {propagators: [b3]}}
          spec.instrumentation.samplingRatio          | {instrumentation: {samplingRatio: 1.5}}
          spec.instrumentation.samplingRatio          | {instrumentation: {samplingRatio: -0.1}}
          spec.instrumentation.samplingRatio          | {instrumentation: {samplingRatio: half}}
          spec.instrumentation.resourceAttributes     | {instrumentation: {resourceAttributes: {tracingstack.revision: x}}}
          spec.instrumentation.resourceAttributes     | {instrumentation: {resourceAttributes: {'Upper Case': x}}}
          spec.instrumentation.resourceAttributes     | {instrumentation: {resourceAttributes: {a: 1}}}
          spec.instrumentation.namespaceSelector      | {instrumentation: {namespaceSelector: team}}
          spec.instrumentation.java.env               | {instrumentation: {java: {env: [{name: JAVA_TOOL_OPTIONS, value: x}]}}}
          spec.instrumentation.java.env               | {instrumentation: {java: {env: [{name: OTEL_PROPAGATORS, value: b3}]}}}
          spec.instrumentation.java.env               | {instrumentation: {java: {env: [{name: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, value: 'http://other:4318'}]}}}
          spec.instrumentation.java.env[0].name       | {instrumentation: {java: {env: [{name: 1X, value: x}]}}}
          spec.instrumentation.java.env[0].value      | {instrumentation: {java: {env: [{name: X}]}}}
          spec.instrumentation.java.agentSha256       | {instrumentation: {java: {agentSha256: abc}}}
          spec.instrumentation.java.agentImage        | {instrumentation: {java: {agentImage: '$(rm -rf)'}}}
          spec.rollout.mode                           | {rollout: {mode: Try}}
          spec.rollout.canary                         | {rollout: {canary: -1}}
          spec.rollout.canary                         | {rollout: {canary: 1001}}
          spec.rollout.canary                         | {rollout: {canary: 10%}}
          spec.rollout.soak                           | {rollout: {soak: 10}}
          spec.rollout.soak                           | {rollout: {soak: -1m}}
          spec.rollout.soak                           | {rollout: {soak: 1.5h}}
          spec.rollout.maxConcurrent                  | {rollout: {maxConcurrent: 0}}
          spec.rollout.maxConcurrent                  | {rollout: {maxConcurrent: 1001}}
          spec.rollout.verifyTimeout                  | {rollout: {verifyTimeout: ''}}
          spec.rollout.verifyTimeout                  | {rollout: {verifyTimeout: 1 day}}
          spec.rollout.onFailure                      | {rollout: {onFailure: Ignore}}
          spec.rollout.failureBudget                  | {rollout: {failureBudget: -1}}
          spec.rollout.failureBudget                  | {rollout: {failureBudget: 1001}}
          spec.rollout.paused                         | {rollout: {paused: 'yes'}}
          spec.rollout.windows                        | {rollout: {windows: {schedule: 0 1 * * *, duration: 1h}}}
          spec.rollout.windows                        | {rollout: {windows: [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}]}}
          spec.rollout.windows[0].schedule            | {rollout: {windows: [{duration: 1h}]}}
          spec.rollout.windows[0].duration            | {rollout: {windows: [{schedule: 0 1 * * *}]}}
          spec.rollout.windows[0].duration            | {rollout: {windows: [{schedule: 0 1 * * *, duration: all day}]}}
          spec.rollout.windows[0].timezone            | {rollout: {windows: [{schedule: 0 1 * * *, duration: 1h, timezone: UTC}]}}
          spec.rollout.restart                        | {rollout: {restart: Never}}
          spec.rollout.proof                          | {rollout: {proof: None}}
          spec.rollout.rehearsal                      | {rollout: {rehearsal: 'true'}}
          spec.rollout.silentAfter                    | {rollout: {silentAfter: 30min}}
          spec                                        | [wrong]
          """)
  void aMalformedSpecificationIsRefused(String field, String spec) {
    String namespace = cluster.namespace("invalid", Map.of());
    assertThatThrownBy(() -> create(stack(namespace, "tracing", spec)))
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getMessage()).contains(field));
  }

  @ParameterizedTest
  @CsvSource({
    "a-name-of-more-than-forty-characters-is-no-use",
    "dotted.name",
    "1-starts-with-a-digit"
  })
  void aNameThatNoServiceCouldHaveIsRefused(String name) {
    String namespace = cluster.namespace("invalid", Map.of());
    assertThatThrownBy(() -> create(stack(namespace, name, "{}")))
        .isInstanceOfSatisfying(
            KubernetesClientException.class,
            e -> assertThat(e.getMessage()).contains("metadata.name"));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          spec.collector.resources.limits.memory                | {collector: {resources: {limits: {memory: 32Mi}}}}
          spec.collector.resources.limits.cpu                   | {collector: {resources: {limits: {cpu: -1}}}}
          spec.collector.resources.requests.cpu                 | {collector: {resources: {requests: {cpu: 2}, limits: {cpu: 1}}}}
          spec.collector.resources.requests.memory              | {collector: {resources: {requests: {memory: 1Gi}}}}
          spec.collector.redaction.keys[1]                      | {collector: {redaction: {keys: [a, 'b(']}}}
          spec.collector.redaction.values[0]                    | {collector: {redaction: {values: ['(?<=a)b']}}}
          spec.instrumentation.resourceAttributes.a             | {instrumentation: {resourceAttributes: {a: 'x,y'}}}
          spec.instrumentation.resourceAttributes.a             | {instrumentation: {resourceAttributes: {a: ''}}}
          spec.instrumentation.resourceAttributes.a             | {instrumentation: {resourceAttributes: {a: '$(HOSTNAME)'}}}
          spec.instrumentation.namespaceSelector.matchExpressions[0].operator | {instrumentation: {namespaceSelector: {matchExpressions: [{key: team, operator: Like}]}}}
          spec.instrumentation.namespaceSelector.matchExpressions[0].values   | {instrumentation: {namespaceSelector: {matchExpressions: [{key: team, operator: In}]}}}
          spec.instrumentation.namespaceSelector.matchExpressions[0].key      | {instrumentation: {namespaceSelector: {matchExpressions: [{operator: Exists}]}}}
          spec.rollout.soak                                     | {rollout: {soak: 9000h}}
          spec.rollout.verifyTimeout                            | {rollout: {verifyTimeout: 0s}}
          spec.rollout.silentAfter                              | {rollout: {silentAfter: 0m}}
          spec.rollout.windows[0].duration                      | {rollout: {windows: [{schedule: 0 1 * * *, duration: 0h}]}}
          spec.rollout.windows[1].schedule                      | {rollout: {windows: [{schedule: 0 1 * * *, duration: 1h}, {schedule: 0 25 * * *, duration: 1h}]}}
          spec.rollout.windows[0].schedule                      | {rollout: {windows: [{schedule: 0 1 31 2 *, duration: 1h}]}}
          spec.rollout.windows[0].timeZone                      | {rollout: {windows: [{schedule: 0 1 * * *, duration: 1h, timeZone: Europe/Bonn}]}}
          """)
  void whatTheSchemaCannotSeeIsAnsweredByACondition(String field, String spec) {
    String namespace = cluster.namespace("invalid", Map.of());
    create(stack(namespace, "tracing", spec));
    assertThat(awaitCondition(namespace, "tracing", ConditionType.READY, "False", "InvalidSpec"))
        .contains(field + ":");
  }

  @Test
  void anInvalidStackHoldsUpNoOther() {
    String good = cluster.namespace("valid", Map.of());
    readyStack(good, "tracing");
    String bad = cluster.namespace("invalid", Map.of());
    create(stack(bad, "tracing", "{collector: {resources: {limits: {memory: 1Mi}}}}"));
    awaitCondition(bad, "tracing", ConditionType.READY, "False", "InvalidSpec");
    cluster.admin().services().inNamespace(good).withName("tracing-collector").delete();
    eventually()
        .until(
            () ->
                cluster.admin().services().inNamespace(good).withName("tracing-collector").get()
                    != null);

    create(stack(bad, "second", "{}"));
    awaitCondition(bad, "tracing", ConditionType.READY, "False", "InvalidSpec");
    apply(Manifests.otlpStack(bad, "tracing", "collector: {resources: {limits: {memory: 256Mi}}}"));
    awaitCondition(bad, "tracing", ConditionType.BACKEND_READY, "True", "External");
  }

  static Stream<Path> samples() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("config/samples"))) {
      return files.filter(f -> f.toString().endsWith(".yaml")).toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void everySampleIsAccepted(Path sample) throws IOException {
    String namespace = cluster.namespace("sample", Map.of());
    GenericKubernetesResource object =
        Serialization.unmarshal(Files.readString(sample), GenericKubernetesResource.class);
    if (object.getKind().equals("TracingStack")) {
      object.getMetadata().setNamespace(namespace);
      create(object);
      eventually()
          .until(
              () -> statusOfStack(namespace, object.getMetadata().getName()).endpoints() != null);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void columnsAreReadInTheOrderTheyAreWritten(Class<? extends HasMetadata> kind) {
    String namespace = cluster.namespace("columns", Map.of());
    apply(Manifests.otlpStack(namespace, "tracing"));
    labelledDeployment(namespace, "shop");
    eventually().until(() -> traced(namespace, "deployment-shop").isPresent());
    String header =
        cluster
            .kubectl()
            .run("get", HasMetadata.getFullResourceName(kind), "-A", "-o", "wide")
            .lines()
            .findFirst()
            .orElse("");
    List<String> columns =
        Stream.concat(
                Stream.of("NAMESPACE", "NAME"),
                Arrays.stream(kind.getAnnotationsByType(AdditionalPrinterColumn.class))
                    .map(c -> c.name().toUpperCase()))
            .toList();
    assertThat(header.split("\\s+")).containsExactlyElementsOf(columns);
  }

  static List<Class<? extends HasMetadata>> kinds() {
    return List.of(TracingStack.class, TracedWorkload.class);
  }

  private static GenericKubernetesResource stack(String namespace, String name, String spec) {
    return Serialization.unmarshal(
        """
        apiVersion: tracingstack.io/v1alpha1
        kind: TracingStack
        metadata: {name: "%s", namespace: %s}
        spec: %s
        """
            .formatted(name, namespace, spec),
        GenericKubernetesResource.class);
  }

  private void create(GenericKubernetesResource object) {
    cluster.admin().resource(object).fieldValidation(Validation.STRICT).create();
  }
}
