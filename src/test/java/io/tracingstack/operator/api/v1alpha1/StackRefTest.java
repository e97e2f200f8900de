package io.tracingstack.operator.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class StackRefTest {
  @ParameterizedTest
  @CsvSource({"observability.tracing, observability, tracing", "a.b.c, a, b.c", "a.b, a, b"})
  void theFirstDotSeparatesNamespaceAndName(String text, String namespace, String name) {
    assertThat(StackRef.parse(text)).contains(new StackRef(namespace, name));
    assertThat(new StackRef(namespace, name)).hasToString(text);
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(strings = {"tracing", ".", ".tracing", "observability."})
  void textWithoutBothPartsNamesNoStack(String text) {
    assertThat(StackRef.parse(text)).isEmpty();
  }
}
