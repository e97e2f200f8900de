package io.tracingstack.operator.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.testing.GeneratedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BundleDriftTest {
  private static final Path DIRECTORY = Path.of("bundle");

  @Test
  void checkedInBundleIsTheGeneratedOne() {
    Bundle.generate()
        .forEach((name, content) -> GeneratedFiles.check(DIRECTORY.resolve(name), content));
  }

  @Test
  void nothingElseIsInTheBundle() throws IOException {
    // Given
    var generated = Bundle.generate().keySet().stream().map(DIRECTORY::resolve).toList();

    // When
    try (Stream<Path> files = Files.walk(DIRECTORY).filter(Files::isRegularFile)) {
      // Then
      assertThat(files).as("OLM takes whatever it finds").isSubsetOf(generated);
    }
  }
}
