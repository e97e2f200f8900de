package io.tracingstack.operator.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Compares checked-in files with what is generated; {@code -Dgenerate=true} writes them instead.
 */
public final class GeneratedFiles {
  private static final boolean WRITE = Boolean.getBoolean("generate");

  private GeneratedFiles() {}

  public static void check(Path file, String generated) {
    try {
      if (WRITE) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, generated);
      }
      assertThat(Files.exists(file)).as("%s exists; run make generate", file).isTrue();
      assertThat(Files.readString(file))
          .as("%s is what the build generates; run make generate", file)
          .isEqualTo(generated);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
