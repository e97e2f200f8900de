package io.tracingstack.operator.injection;

import static io.tracingstack.operator.testing.TestWorkloads.container;
import static io.tracingstack.operator.testing.TestWorkloads.template;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.WorkloadRef;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class WorkloadKindTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  static Stream<WorkloadKind> injectable() {
    return Stream.of(WorkloadKind.values()).filter(WorkloadKind::isInjectable);
  }

  @ParameterizedTest
  @CsvSource({
    "DEPLOYMENT, apps/v1, Deployment, true",
    "STATEFUL_SET, apps/v1, StatefulSet, true",
    "DAEMON_SET, apps/v1, DaemonSet, true",
    "CRON_JOB, batch/v1, CronJob, true",
    "REPLICA_SET, apps/v1, ReplicaSet, false",
    "JOB, batch/v1, Job, false",
    "POD, v1, Pod, false"
  })
  void aKindIsFoundByItsName(
      WorkloadKind kind, String apiVersion, String name, boolean injectable) {
    assertThat(WorkloadKind.of(new WorkloadRef(apiVersion, name, "checkout", null))).contains(kind);
    assertThat(kind.apiVersion()).isEqualTo(apiVersion);
    assertThat(kind.kind()).isEqualTo(name);
    assertThat(kind.isInjectable()).isEqualTo(injectable);
  }

  @Test
  void anotherGroupsKindOfThatNameIsNotKnown() {
    assertThat(WorkloadKind.of(new WorkloadRef("apps.example.com/v1", "Deployment", "a", null)))
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void anObjectHasNothingButItsMetadata(WorkloadKind kind) {
    HasMetadata object = kind.object(new ObjectMetaBuilder().withName("checkout").build());

    assertThat(JSON.<JsonNode>valueToTree(object).fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("apiVersion", "kind", "metadata");
    assertThat(WorkloadKind.of(object)).contains(kind);
  }

  @ParameterizedTest
  @MethodSource("injectable")
  void aTemplateIsWrittenWhereItIsReadAndNowhereElse(WorkloadKind kind) {
    PodTemplateSpec template = template(container("app"));

    HasMetadata object =
        kind.object(new ObjectMetaBuilder().withName("checkout").build(), template);

    assertThat(kind.template(object)).isEqualTo(template);
    JsonNode at = JSON.valueToTree(object);
    for (String key : kind.path()) {
      at = at.get(key);
      if (!at.has("metadata")) {
        assertThat(at).as(key).hasSize(1);
      }
    }
    assertThat(at).isEqualTo(JSON.valueToTree(template));
    assertThat(kind.field()).isEqualTo(kind.pointer().replace('/', '.'));
  }

  @Test
  void whatCannotBeInjectedHasNoTemplate() {
    HasMetadata pod = WorkloadKind.POD.object(new ObjectMetaBuilder().withName("a").build());

    assertThatThrownBy(() -> WorkloadKind.POD.template(pod))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
