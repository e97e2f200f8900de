package io.tracingstack.operator.packaging;

import io.tracingstack.operator.testing.GeneratedFiles;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CrdDriftTest {
  @Test
  void checkedInDefinitionsAreTheGeneratedOnes() {
    Crds.generate()
        .forEach(
            (name, content) ->
                GeneratedFiles.check(Path.of("src/main/resources/crds").resolve(name), content));
  }
}
