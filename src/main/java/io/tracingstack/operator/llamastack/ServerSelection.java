package io.tracingstack.operator.llamastack;

import io.tracingstack.operator.api.v1alpha1.Labels;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Which Deployments that a server's operator made ask to be traced. */
public final class ServerSelection {
  private ServerSelection() {}

  /**
   * The language asked for; the first label that is there decides, the Deployment's own before that
   * of the object it was made for. A namespace's label counts where it names servers: those of
   * other languages are not meant for them.
   *
   * @param meant the language of servers of this kind
   * @param selected whether the stack's selector chooses the server, asked only where no label
   *     decides
   */
  public static Optional<String> language(
      Map<String, String> deploymentLabels,
      Map<String, String> serverLabels,
      Map<String, String> namespaceLabels,
      String meant,
      BooleanSupplier selected) {
    return Optional.ofNullable(deploymentLabels.get(Labels.INJECT))
        .or(() -> Optional.ofNullable(serverLabels.get(Labels.INJECT)))
        .or(() -> Optional.ofNullable(namespaceLabels.get(Labels.INJECT)).filter(meant::equals))
        .or(() -> selected.getAsBoolean() ? Optional.of(meant) : Optional.empty())
        .filter(v -> !v.isEmpty() && !Labels.INJECT_OPT_OUT.equals(v));
  }
}
