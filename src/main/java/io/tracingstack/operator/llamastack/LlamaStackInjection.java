package io.tracingstack.operator.llamastack;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.tracingstack.operator.injection.Containers;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.InjectedTemplate;
import io.tracingstack.operator.injection.InjectionDecision;
import io.tracingstack.operator.injection.OptionVariable;
import io.tracingstack.operator.injection.OtelEnvironment;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.injection.WorkloadView;
import io.tracingstack.operator.stack.InstrumentationPlan;
import io.tracingstack.operator.stack.LlamaStackPlan;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Decides what a LlamaStack server gets: environment, and an init container of the server's own
 * image that looks what the image needs to be traced well, and installs it. Its programs travel in
 * the template itself, so that neither another image nor an object in the namespace is needed.
 *
 * <p>What is written depends on the server's version as little as can be: the version is known for
 * sure only when the server runs, and another content then would be another restart.
 */
public final class LlamaStackInjection {
  /** The programs of the init container, in src/main/llamastack. The first one is run. */
  public static final List<String> FILES =
      List.of(
          "repair.sh",
          "repair.py",
          "selftest.py",
          "sitecustomize.py",
          "tracingstack_checks.py",
          "tracingstack_edits.py",
          "tracingstack_hook.py",
          "tracingstack_log.py",
          "tracingstack_otel.py");

  /** Where the volume is mounted. */
  static final String MOUNT_PATH = "/tracingstack/llamastack";

  /** What is installed for the server's PYTHONPATH. */
  static final String PYTHON_DIRECTORY = MOUNT_PATH + "/site";

  private static final Quantity VOLUME_SIZE = new Quantity("16Mi");

  /** The self-test imports the tracing module, once as shipped and once repaired. */
  private static final ResourceRequirements RESOURCES =
      new ResourceRequirementsBuilder()
          .addToRequests("cpu", new Quantity("50m"))
          .addToRequests("memory", new Quantity("128Mi"))
          .addToLimits("cpu", new Quantity("1"))
          .addToLimits("memory", new Quantity("512Mi"))
          .build();

  private LlamaStackInjection() {}

  /**
   * What is known of a server beside its workload.
   *
   * @param server the object that its Deployment was made for; empty for one that stands alone
   * @param namespaceAnnotations of its namespace
   */
  public record Facts(Optional<ServerView> server, Map<String, String> namespaceAnnotations) {}

  /**
   * Decides for the workload as it would be without us, whether or not it is injected now.
   *
   * @param journey identity of this journey from label to proof
   * @param envFrom what is known of the variables its containers take from elsewhere
   */
  public static InjectionDecision decide(
      String journey,
      WorkloadView workload,
      InstrumentationPlan instrumentation,
      EnvFromNames envFrom,
      Facts facts) {
    PodTemplateSpec base = Footprint.strip(workload.template());
    Containers.Choice choice = Containers.choose(workload, base, serverContainer(base, facts));
    if (choice.refusal().isPresent()) {
      return InjectionDecision.refuse(choice.refusal().get());
    }
    List<Container> targets = choice.of(base);
    Optional<Refusal> forbidden =
        LlamaStackPreflight.check(workload, base, targets, envFrom, facts);
    if (forbidden.isPresent()) {
      return InjectionDecision.refuse(forbidden.get());
    }
    Container first = targets.get(0);
    Optional<KnownVersion> version = KnownVersion.of(facts.server(), first.getImage());
    LlamaStackPlan plan = instrumentation.llamaStack();
    return InjectionDecision.write(
        new InjectedTemplate(
                Optional.of(
                    new InjectedTemplate.Files(
                        initContainer(first, plan), MOUNT_PATH, VOLUME_SIZE)))
            .plan(
                journey,
                targets,
                (target, revision) -> {
                  OptionVariable.Choice path = pythonPath(target, envFrom, workload);
                  return new InjectedTemplate.Additions(
                      new OtelEnvironment(
                              workload, base, target, instrumentation, envFrom, revision)
                          .variables(
                              version.filter(v -> !v.version().isAtLeast("0.4.0rc0")).isPresent(),
                              ServerVariables.of(version, target, workload.template(), plan),
                              variable(path)),
                      path.takenOver(),
                      Optional.empty());
                },
                summary(first, version, facts, plan)));
  }

  static OptionVariable.Choice pythonPath(
      Container target, EnvFromNames envFrom, WorkloadView workload) {
    return OptionVariable.choosePythonPath(
        target, envFrom, workload.mayTakeOver(), PYTHON_DIRECTORY);
  }

  private static Optional<EnvVar> variable(OptionVariable.Choice choice) {
    return choice
        .variable()
        .map(
            v ->
                OtelEnvironment.literal(
                    v.name(),
                    choice
                        .takenOver()
                        .map(EnvVar::getValue)
                        .filter(theirs -> !theirs.isEmpty())
                        .map(theirs -> PYTHON_DIRECTORY + ":" + theirs)
                        .orElse(PYTHON_DIRECTORY)));
  }

  /** Both operators put the server first; its name is the user's to choose. */
  private static Optional<String> serverContainer(PodTemplateSpec base, Facts facts) {
    return facts
        .server()
        .flatMap(s -> base.getSpec().getContainers().stream().findFirst())
        .map(Container::getName);
  }

  /**
   * The container that decides what is installed. It has the server's image, and runs as the server
   * does, so it finds the server's Python; it ends well whatever it finds.
   */
  private static Container initContainer(Container server, LlamaStackPlan plan) {
    return new ContainerBuilder()
        .withName(Footprint.REPAIR)
        .withImage(server.getImage())
        .withImagePullPolicy(server.getImagePullPolicy())
        .withCommand("/bin/sh", "-c", literal(launcher(plan)))
        .addNewEnv()
        .withName("TRACINGSTACK_TARGET")
        .withValue(MOUNT_PATH)
        .endEnv()
        .addNewEnv()
        .withName("TRACINGSTACK_PATCH")
        .withValue(plan.patch() ? "auto" : "never")
        .endEnv()
        .addAllToEnv(
            plan.files().entrySet().stream()
                .map(e -> new EnvVar(variableOf(e.getKey()), literal(e.getValue()), null))
                .toList())
        .withResources(RESOURCES)
        .withTerminationMessagePolicy("File")
        .withSecurityContext(
            Optional.ofNullable(server.getSecurityContext())
                .orElseGet(LlamaStackInjection::restricted))
        .build();
  }

  /**
   * Without a word on the user: it is the image's or the pod's, as it is the server's. Where a
   * namespace demands one that is not root, pod or server say so already.
   */
  private static SecurityContext restricted() {
    return new SecurityContextBuilder(InjectedTemplate.restricted()).withRunAsNonRoot(null).build();
  }

  /** Writes the files into a directory of the volume that is not on the server's path. */
  private static String launcher(LlamaStackPlan plan) {
    String write =
        plan.files().keySet().stream()
            .map(f -> "printf %%s \"$%s\" >\"$d/%s\" || exit 0\n".formatted(variableOf(f), f))
            .reduce("", String::concat);
    return "umask 022\nd=\"$TRACINGSTACK_TARGET/repair\"\nmkdir -p \"$d\" || exit 0\n"
        + write
        + "/bin/sh \"$d/"
        + FILES.get(0)
        + "\"\nexit 0\n";
  }

  private static String variableOf(String file) {
    return "TRACINGSTACK_FILE_" + file.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  /** Kubernetes expands {@code $(NAME)} in values and commands, and takes {@code $$} for one. */
  private static String literal(String text) {
    return text.replace("$", "$$");
  }

  private static String summary(
      Container server, Optional<KnownVersion> version, Facts facts, LlamaStackPlan plan) {
    String known =
        version
            .map(
                v ->
                    "server version %s by its %s"
                        .formatted(v.version().text(), sourceInWords(v.source())))
            .orElse("server version not known before it runs");
    ServerAction action =
        ServerAction.of(facts.server(), version.map(KnownVersion::version), server.getImage());
    return Stream.of(
            server.getName() + " of a LlamaStack server",
            known,
            "action " + action.apiName(),
            plan.patch() ? "" : "spec.llamaStack.patch is Never")
        .filter(s -> !s.isEmpty())
        .reduce((a, b) -> a + ", " + b)
        .orElseThrow();
  }

  private static String sourceInWords(KnownVersion.Source source) {
    return switch (source) {
      case STATUS -> "status";
      case IMAGE_TAG -> "image tag";
      case DISTRIBUTION -> "distribution and operator";
      case IMAGE -> "image";
    };
  }
}
