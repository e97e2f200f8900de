package io.tracingstack.operator.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The real kubectl: its three-way merges and its field managers are what users meet. */
public final class Kubectl {
  private final Path program;
  private final Path kubeconfig;
  private final Path work;

  Kubectl(Path program, Path kubeconfig, Path work) {
    this.program = program;
    this.kubeconfig = kubeconfig;
    this.work = work;
  }

  /** What a command said, and how it ended. */
  public record Result(int exit, String out, String err) {}

  /** Runs a command that must succeed, and returns its output. */
  public String run(String... arguments) {
    return runWith("", arguments);
  }

  /** Runs a command that must succeed with a manifest on its standard input. */
  public String runWith(String input, String... arguments) {
    Result result = attempt(input, arguments);
    if (result.exit() != 0) {
      throw new AssertionError("kubectl " + List.of(arguments) + ": " + result.err());
    }
    return result.out();
  }

  /** Runs a command that may fail. */
  public Result attempt(String input, String... arguments) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.add("--kubeconfig=" + kubeconfig);
    command.add("--cache-dir=" + work.resolve("kubectl-cache"));
    command.addAll(List.of(arguments));
    try {
      Path in = Files.createTempFile(work, "in", ".yaml");
      Path out = Files.createTempFile(work, "out", ".txt");
      Path err = Files.createTempFile(work, "err", ".txt");
      Files.writeString(in, input);
      Process process =
          new ProcessBuilder(command)
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      int exit = process.waitFor();
      return new Result(
          exit,
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
