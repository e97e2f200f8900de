package io.tracingstack.operator.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tracingstack.operator.testing.TestStacks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SamplesTest {
  static Stream<Path> samples() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("config/samples"))) {
      return files
          .filter(f -> f.toString().endsWith(".yaml") && !f.endsWith("kustomization.yaml"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void aSampleHasOnlyKnownFieldsAndCanBePlanned(Path sample) throws IOException {
    TracingStack stack = TestStacks.parse(Files.readString(sample));
    stack.getMetadata().setNamespace("observability");

    assertThat(TestStacks.plan(stack).ref())
        .isEqualTo(new StackRef("observability", stack.getMetadata().getName()));
  }

  @Test
  void anUnknownFieldInASampleWouldBeSeen() {
    assertThatThrownBy(
            () ->
                TestStacks.parse(
                    """
                    apiVersion: tracingstack.io/v1alpha1
                    kind: TracingStack
                    metadata: {name: tracing}
                    spec: {collector: {replica: 2}}
                    """))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("replica");
  }
}
