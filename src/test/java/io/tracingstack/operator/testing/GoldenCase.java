package io.tracingstack.operator.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A directory with the input of a case and the outputs that the code makes of it. */
public final class GoldenCase {
  private static final Path ROOT = Path.of("src/test/resources/golden");

  private final Path directory;
  private final Set<String> used = new TreeSet<>();

  private GoldenCase(Path directory) {
    this.directory = directory;
  }

  /** All cases of a suite; there is at least one. */
  public static Stream<GoldenCase> all(String suite) {
    try (Stream<Path> directories = Files.list(ROOT.resolve(suite))) {
      var cases = directories.filter(Files::isDirectory).sorted().map(GoldenCase::new).toList();
      assertThat(cases).as("cases of %s", suite).isNotEmpty();
      return cases.stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file written by hand. */
  public String input(String name) {
    String text = optionalInput(name);
    assertThat(text).as("%s of %s", name, directory).isNotNull();
    return text;
  }

  /** A file written by hand, null when the case does without. */
  public String optionalInput(String name) {
    used.add(name);
    Path file = directory.resolve(name);
    try {
      return Files.exists(file) ? Files.readString(file) : null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Compares an output with its file, or writes it. */
  public void output(String name, String content) {
    used.add(name);
    GeneratedFiles.check(directory.resolve(name), content);
  }

  /** A file that no input or output names proves nothing. */
  public void hasNoUnusedFile() {
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .as("files of %s", directory)
          .allSatisfy(name -> assertThat(used).contains(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return directory.getFileName().toString();
  }
}
