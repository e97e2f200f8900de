package io.tracingstack.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.kube.Finalizers.Outcome;
import io.tracingstack.operator.testing.OperatorTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A finalizer goes from the very object that is known, whatever else has changed in it. */
@QuarkusTest
class FinalizersApiTest extends OperatorTest {
  private static final String OURS = "example.com/ours";
  private static final String THEIRS = "example.com/theirs";

  @Inject Finalizers finalizers;

  @Test
  void aNewerResourceVersionIsNoHindrance() {
    ConfigMap known = create(THEIRS, OURS);
    edit(known, b -> b.addToData("written", "since"));
    assertThat(finalizers.remove(known, OURS)).isEqualTo(Outcome.REMOVED);
    assertThat(present(known).getMetadata().getFinalizers()).containsExactly(THEIRS);
    edit(known, b -> b.editMetadata().withFinalizers().endMetadata());
  }

  @Test
  void aFinalizerThatIsElsewhereByNowIsLookedForAgain() {
    ConfigMap known = create(THEIRS, OURS);
    edit(known, b -> b.editMetadata().withFinalizers(OURS).endMetadata());
    assertThat(finalizers.remove(known, OURS)).isEqualTo(Outcome.STALE);
    assertThat(finalizers.remove(present(known), OURS)).isEqualTo(Outcome.REMOVED);
    assertThat(finalizers.remove(present(known), OURS)).isEqualTo(Outcome.GONE);
  }

  @Test
  void aSuccessorKeepsItsFinalizer() {
    ConfigMap known = create(OURS);
    assertThat(finalizers.remove(known, OURS)).isEqualTo(Outcome.REMOVED);
    cluster.admin().resource(known).delete();
    assertThat(finalizers.remove(known, OURS)).isEqualTo(Outcome.GONE);
    ConfigMap successor =
        cluster
            .admin()
            .resource(
                new ConfigMapBuilder(known)
                    .withNewMetadata()
                    .withName(known.getMetadata().getName())
                    .withNamespace(known.getMetadata().getNamespace())
                    .withFinalizers(OURS)
                    .endMetadata()
                    .build())
            .create();
    assertThat(finalizers.remove(known, OURS)).isEqualTo(Outcome.STALE);
    assertThat(present(known).getMetadata().getFinalizers()).containsExactly(OURS);
    assertThat(finalizers.remove(successor, OURS)).isEqualTo(Outcome.REMOVED);
  }

  private ConfigMap create(String... held) {
    return cluster
        .admin()
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName("held")
                .withNamespace(cluster.namespace("finalizers", Map.of()))
                .withFinalizers(List.of(held))
                .endMetadata()
                .build())
        .create();
  }

  private ConfigMap present(ConfigMap map) {
    return cluster.admin().resource(map).get();
  }

  private void edit(ConfigMap map, java.util.function.UnaryOperator<ConfigMapBuilder> change) {
    cluster
        .admin()
        .configMaps()
        .inNamespace(map.getMetadata().getNamespace())
        .withName(map.getMetadata().getName())
        .edit(m -> change.apply(new ConfigMapBuilder(m)).build());
  }
}
