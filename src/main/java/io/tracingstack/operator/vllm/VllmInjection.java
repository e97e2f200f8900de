package io.tracingstack.operator.vllm;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.injection.Containers;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.InjectedTemplate;
import io.tracingstack.operator.injection.InjectionDecision;
import io.tracingstack.operator.injection.OtelEnvironment;
import io.tracingstack.operator.injection.Preflight;
import io.tracingstack.operator.injection.PythonInjection;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.injection.WorkloadView;
import io.tracingstack.operator.llamastack.ServerView;
import io.tracingstack.operator.stack.InstrumentationPlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides what a model server gets that is vLLM: a flag on its command line and environment. vLLM
 * makes spans by itself and current images have what it needs for that, so nothing is brought.
 */
public final class VllmInjection {
  /** Names that KServe gives to the container of the model server. */
  private static final List<String> NAMES = List.of("kserve-container", "main");

  private VllmInjection() {}

  /**
   * What is known of a model server beside its workload.
   *
   * @param server KServe's object that its Deployment was made for; empty for one that stands alone
   * @param namespaceAnnotations of its namespace
   * @param appliers who applies a container's arguments server-side, by container
   */
  public record Facts(
      Optional<ServerView> server,
      Map<String, String> namespaceAnnotations,
      Map<String, String> appliers) {}

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
    Containers.Choice choice = Containers.choose(workload, base, modelServer(base));
    if (choice.refusal().isPresent()) {
      return InjectionDecision.refuse(choice.refusal().get());
    }
    List<Container> targets = choice.of(base);
    Optional<Refusal> forbidden =
        Stream.<Stream<Refusal>>of(
                managed(workload, targets, instrumentation, facts).stream(),
                PythonInjection.find(base, facts.namespaceAnnotations()).stream(),
                targets.stream().flatMap(c -> Preflight.ownExporter(c, envFrom).stream()),
                targets.stream().flatMap(c -> sendsElsewhere(c, instrumentation).stream()),
                targets.stream().flatMap(c -> closed(c, instrumentation, facts).stream()))
            .flatMap(refusals -> refusals)
            .findFirst();
    return forbidden
        .map(InjectionDecision::refuse)
        .orElseGet(
            () ->
                InjectionDecision.write(
                    new InjectedTemplate(Optional.empty())
                        .plan(
                            journey,
                            targets,
                            (target, revision) ->
                                additions(
                                    target,
                                    instrumentation,
                                    new OtelEnvironment(
                                        workload,
                                        base,
                                        target,
                                        instrumentation,
                                        envFrom,
                                        revision)),
                            summary(targets, instrumentation))));
  }

  private static InjectedTemplate.Additions additions(
      Container target, InstrumentationPlan instrumentation, OtelEnvironment environment) {
    Optional<TracesEndpoint> theirs = userEndpoint(target, instrumentation);
    TracesEndpoint endpoint =
        theirs.orElseGet(() -> TracesEndpoint.wanted(instrumentation, target));
    return new InjectedTemplate.Additions(
        environment.variables(false, List.of(endpoint.variable()), Optional.empty()),
        Optional.empty(),
        theirs.isPresent() ? Optional.empty() : Optional.of(endpoint.argument()));
  }

  /** What shows most clearly that a container is the model server. */
  private static Optional<String> modelServer(PodTemplateSpec base) {
    return Stream.<Predicate<Container>>of(
            c -> CommandLine.of(c).namesVllm(),
            c -> NAMES.contains(c.getName()),
            c -> CommandLine.of(c).isOfVllmImage())
        .flatMap(sign -> base.getSpec().getContainers().stream().filter(sign))
        .map(Container::getName)
        .findFirst();
  }

  private static Optional<Refusal> managed(
      WorkloadView workload,
      List<Container> targets,
      InstrumentationPlan instrumentation,
      Facts facts) {
    return facts
        .server()
        .map(
            server ->
                new Refusal(
                    Reason.MANAGED_BY_KSERVE, told(server, workload, targets, instrumentation)));
  }

  private static String told(
      ServerView server,
      WorkloadView workload,
      List<Container> targets,
      InstrumentationPlan instrumentation) {
    if (targets.stream().anyMatch(c -> userEndpoint(c, instrumentation).isPresent())) {
      return server.title()
          + " has its server send spans to this stack already; they are not proven here, for what"
          + " would mark them cannot be written";
    }
    boolean shown = targets.stream().anyMatch(c -> CommandLine.of(c).showsVllm());
    return "%sadd to %s: %s"
        .formatted(
            // Other servers do not start with a flag that they do not know.
            shown ? "" : "nothing shows that it is vLLM; only if it is, ",
            server.title(),
            KServeLines.of(server, workload.ref().name(), instrumentation));
  }

  private static Optional<TracesEndpoint> userEndpoint(
      Container container, InstrumentationPlan instrumentation) {
    return CommandLine.of(container)
        .tracesEndpoint()
        .flatMap(value -> TracesEndpoint.ofUser(value, instrumentation));
  }

  /** A flag of the user's wins, so spans would go elsewhere and could never be proven. */
  private static Optional<Refusal> sendsElsewhere(
      Container container, InstrumentationPlan instrumentation) {
    return CommandLine.of(container)
        .tracesEndpoint()
        .filter(value -> TracesEndpoint.ofUser(value, instrumentation).isEmpty())
        .map(
            value ->
                new Refusal(
                    Reason.OWN_EXPORTER,
                    "container %s has the argument %s=%s, so its spans do not reach this stack"
                        .formatted(container.getName(), TracesEndpoint.FLAG, value)));
  }

  /** A command line to which the flag cannot be added; with the flag in it, nothing has to be. */
  private static Optional<Refusal> closed(
      Container container, InstrumentationPlan instrumentation, Facts facts) {
    if (userEndpoint(container, instrumentation).isPresent()) {
      return Optional.empty();
    }
    String argument = TracesEndpoint.wanted(instrumentation, container).argument();
    return CommandLine.of(container)
        .obstacle()
        .or(
            () ->
                Optional.ofNullable(facts.appliers().get(container.getName()))
                    .map(
                        manager ->
                            "has its args applied server-side by %s, which would lose them"
                                .formatted(manager)))
        .map(
            why ->
                new Refusal(
                    Reason.ARGUMENT_NEEDED,
                    "container %s %s; add %s to vLLM's arguments"
                        .formatted(container.getName(), why, argument)));
  }

  private static String summary(List<Container> targets, InstrumentationPlan instrumentation) {
    return targets.stream()
        .map(
            c ->
                userEndpoint(c, instrumentation)
                    .map(e -> "%s by its own argument %s".formatted(c.getName(), e.argument()))
                    .orElseGet(
                        () ->
                            "%s by the argument %s"
                                .formatted(
                                    c.getName(),
                                    TracesEndpoint.wanted(instrumentation, c).argument())))
        .collect(Collectors.joining(", "));
  }
}
