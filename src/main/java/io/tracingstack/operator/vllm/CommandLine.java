package io.tracingstack.operator.vllm;

import io.fabric8.kubernetes.api.model.Container;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How a container starts vLLM, as far as the pod template says it.
 *
 * @param command replaces the image's entrypoint, empty where that stays
 * @param args come after the command, or after the image's entrypoint
 */
record CommandLine(String image, List<String> command, List<String> args) {
  private static final Set<String> SHELLS =
      Set.of("sh", "bash", "dash", "ash", "zsh", "ksh", "busybox");

  /** vLLM's parser takes underscores for hyphens. The flag may stand in a script for a shell. */
  private static final Pattern ENDPOINT =
      Pattern.compile("--otlp[-_]traces[-_]endpoint(?:=|\\s+)[\"']?([^\\s\"']+)");

  static CommandLine of(Container container) {
    return new CommandLine(
        container.getImage() == null ? "" : container.getImage(),
        container.getCommand(),
        container.getArgs());
  }

  private Stream<String> words() {
    return Stream.concat(command.stream(), args.stream());
  }

  /** Where its user has it send spans; the last flag wins, as in vLLM's parser. */
  Optional<String> tracesEndpoint() {
    Matcher flag = ENDPOINT.matcher(String.join(" ", words().toList()));
    return flag.results().map(r -> r.group(1)).reduce((first, second) -> second);
  }

  /** Whether the words themselves say that vLLM is started. */
  boolean namesVllm() {
    return words().anyMatch(CommandLine::isVllm);
  }

  /** Whether the image is one of vLLM's, by its name. */
  boolean isOfVllmImage() {
    return image.contains("vllm");
  }

  /** Why an argument that is added at the end would not, or may not, reach vLLM. */
  Optional<String> obstacle() {
    if (words().findFirst().isEmpty()) {
      return Optional.of(
          "has neither command nor args, so what its image starts by itself is not known here");
    }
    if (startsShell()) {
      return Optional.of("starts through a shell, whose script is not changed");
    }
    return showsVllm()
        ? Optional.empty()
        : Optional.of("has a command line that does not show vLLM being started");
  }

  /** Whether there is a sign that vLLM is started, by the words or by the image's entrypoint. */
  boolean showsVllm() {
    return namesVllm()
        || command.isEmpty() && (isOfVllmImage() || args.stream().anyMatch(CommandLine::isOurs));
  }

  private boolean startsShell() {
    String first = words().findFirst().orElse("");
    // Without a command of its own, the image's may be a shell.
    return SHELLS.contains(basename(first)) || command.isEmpty() && first.equals("-c");
  }

  private static boolean isVllm(String word) {
    return basename(word).equals("vllm")
        || word.startsWith("vllm.entrypoints")
        || word.contains("vllm/entrypoints/");
  }

  /** Arguments that vLLM's server takes, where the image's entrypoint is it. */
  private static boolean isOurs(String argument) {
    return argument.equals("serve")
        || argument.equals("--model")
        || argument.startsWith("--model=")
        || argument.startsWith("--served-model-name");
  }

  private static String basename(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
