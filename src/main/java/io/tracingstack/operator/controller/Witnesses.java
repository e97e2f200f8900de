package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tracingstack.operator.kube.ProofRequests;
import io.tracingstack.operator.stack.StackPlan;
import io.tracingstack.operator.verification.AgentLog;
import io.tracingstack.operator.verification.Evidence;
import io.tracingstack.operator.verification.FoundTrace;
import io.tracingstack.operator.verification.Judgement;
import io.tracingstack.operator.verification.PodView;
import io.tracingstack.operator.verification.ProofRequest;
import io.tracingstack.operator.verification.SpanCounts;
import io.tracingstack.operator.verification.TraceStore;
import io.tracingstack.operator.verification.WitnessException;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Gathers the evidence about one workload. A proof request on its way is remembered in memory only:
 * a restarted operator sends another.
 */
@ApplicationScoped
public class Witnesses {
  /** How often a workload that stays silent is asked again. */
  private static final Duration PROOF_INTERVAL = Duration.ofSeconds(60);

  private static final int LOG_BYTES = 64 << 10;

  /** One pod's span is proof enough; a longer query only costs the store. */
  private static final int SEARCHED_PODS = 20;

  /** Of how many traces the processes that made them are looked at. */
  private static final int SAMPLE = 10;

  private final KubernetesClient client;
  private final ProofRequests proofRequests;
  private final TraceStore store;
  private final SpanCounts counts;
  private final Clock clock;
  private final Map<String, Asked> requests = new ConcurrentHashMap<>();
  private final Map<String, Baseline> baselines = new ConcurrentHashMap<>();

  /**
   * Requests to the pods of one template.
   *
   * @param last the newest
   * @param answered when one was answered for the first time; those that repeat it begin nothing
   */
  private record Asked(ProofRequest last, Optional<Instant> answered) {
    static Asked of(Optional<Asked> former, ProofRequest request) {
      return new Asked(
          request,
          former
              .filter(f -> f.last().templateRevision().equals(request.templateRevision()))
              .flatMap(Asked::answered)
              .or(() -> request.answered() ? Optional.of(request.sent()) : Optional.empty()));
    }
  }

  /** What had been counted when a pod template's pods were first looked at. */
  private record Baseline(String templateRevision, long count) {}

  Witnesses(
      KubernetesClient client,
      ProofRequests proofRequests,
      TraceStore store,
      SpanCounts counts,
      Clock clock) {
    this.client = client;
    this.proofRequests = proofRequests;
    this.store = store;
    this.counts = counts;
    this.clock = clock;
  }

  /** Whether the answer to a proof request may still appear, so that asking soon is worth it. */
  boolean proofIsFresh(String uid) {
    return Optional.ofNullable(requests.get(uid))
        .map(Asked::last)
        .filter(ProofRequest::answered)
        .filter(r -> r.sent().plus(Judgement.PROOF_TIMEOUT).isAfter(clock.instant()))
        .isPresent();
  }

  /** Forgets a workload. */
  void forget(String uid) {
    requests.remove(uid);
    baselines.remove(uid);
  }

  /** Spans of this revision that the collector has counted; empty when it does not answer. */
  OptionalLong counted(StackPlan stack, String revision) {
    try {
      return OptionalLong.of(counts.ofRevision(stack.collector(), revision));
    } catch (WitnessException silent) {
      return OptionalLong.empty();
    }
  }

  /** Some traces of these pods; fewer, or none, when the store does not answer. */
  List<FoundTrace> traces(StackPlan stack, String revision, List<PodView> pods) {
    List<FoundTrace> found = new ArrayList<>();
    Optional<URI> query = stack.backend().query();
    if (query.isPresent()) {
      try {
        for (String id : store.byRevision(query.get(), revision, searched(pods), SAMPLE)) {
          store.byId(query.get(), id).ifPresent(found::add);
        }
      } catch (WitnessException silent) {
        return found;
      }
    }
    return found;
  }

  /**
   * What is to be proven.
   *
   * @param uid of the TracedWorkload
   * @param pods of the newest pod template, ready or not; none between the runs of a CronJob
   * @param container one with the Java agent, whose log is read when all others are silent; none
   *     where there is no such agent
   * @param provenBefore whether an earlier pod template with this revision was proven: its spans
   *     are in the collector's count too
   * @param rolledOut whether no pods of earlier templates are left
   * @param mayAsk whether a request may be sent to a pod
   */
  record Subject(
      String uid,
      String namespace,
      String revision,
      List<PodView> pods,
      Optional<String> container,
      boolean provenBefore,
      boolean rolledOut,
      boolean mayAsk) {}

  /** Asks the witnesses. */
  Evidence gather(Subject subject, StackPlan stack) {
    List<PodView> pods = subject.pods();
    String revision = subject.revision();
    Instant now = clock.instant();
    Duration waited =
        pods.stream()
            .flatMap(p -> p.readySince().or(p::ended).stream())
            .min(Comparator.naturalOrder())
            .map(since -> Duration.between(since, now))
            .orElse(Duration.ZERO);
    Optional<Asked> asked = subject.mayAsk() ? ask(subject.uid(), pods, now) : Optional.empty();
    Optional<ProofRequest> request = asked.map(Asked::last);

    Optional<FoundTrace> byId = Optional.empty();
    Optional<String> bySearch = Optional.empty();
    Optional<String> storeSilent = Optional.empty();
    OptionalLong all = counted(stack, revision);
    OptionalLong counted =
        all.isPresent() ? OptionalLong.of(sinceBaseline(subject, all.getAsLong())) : all;
    Optional<URI> query = stack.backend().query();
    if (query.isPresent()) {
      try {
        if (request.filter(ProofRequest::answered).isPresent()) {
          byId =
              store
                  .byId(query.get(), request.get().traceId())
                  .filter(trace -> isOurs(trace, revision, request.get()));
        }
        // The store is asked only when it can know something: searches cost it more than lookups.
        if (byId.isEmpty() && counted.orElse(0) > 0) {
          bySearch =
              store.byRevision(query.get(), revision, searched(pods), 1).stream().findFirst();
        }
      } catch (WitnessException e) {
        storeSilent = Optional.of(e.getMessage());
      }
    }
    boolean silent = byId.isEmpty() && bySearch.isEmpty() && counted.orElse(0) == 0;
    Optional<AgentLog> log =
        silent && waited.compareTo(Judgement.PATIENCE) >= 0 ? readLog(subject) : Optional.empty();
    return new Evidence(
        waited,
        query.isPresent(),
        request,
        asked.flatMap(Asked::answered).map(since -> Duration.between(since, now)),
        byId,
        bySearch,
        counted,
        storeSilent,
        log);
  }

  /**
   * The collector counts by revision, whatever the pod: only what is added later is of these pods.
   */
  private long sinceBaseline(Subject subject, long count) {
    if (!subject.provenBefore() || areOfRuns(subject.pods())) {
      return count;
    }
    if (!subject.rolledOut()) {
      return 0;
    }
    String templateRevision = subject.pods().get(0).templateRevision();
    Baseline baseline =
        baselines.compute(
            subject.uid(),
            (key, known) ->
                known != null
                        && known.templateRevision().equals(templateRevision)
                        && known.count() <= count
                    ? known
                    : new Baseline(templateRevision, count));
    return count - baseline.count();
  }

  /** A run's spans prove every run of that revision, and its pods are soon gone. */
  private static List<String> searched(List<PodView> pods) {
    return areOfRuns(pods)
        ? List.of()
        : pods.stream().limit(SEARCHED_PODS).map(PodView::name).toList();
  }

  private static boolean areOfRuns(List<PodView> pods) {
    return pods.isEmpty() || pods.get(0).run().isPresent();
  }

  /** A user's own resource attributes may hide the revision; then the pod's name must do. */
  private static boolean isOurs(FoundTrace trace, String revision, ProofRequest request) {
    return trace.ofRevision(revision).isPresent()
        || trace.spans().stream().anyMatch(s -> request.pod().equals(s.pod()));
  }

  private Optional<Asked> ask(String uid, List<PodView> pods, Instant now) {
    Optional<PodView> pod =
        pods.stream()
            .filter(PodView::ready)
            .filter(p -> p.readinessProbe().isPresent())
            .findFirst();
    Optional<Asked> former = Optional.ofNullable(requests.get(uid));
    boolean due =
        former.isEmpty()
            || pod.filter(p -> !isOf(former.get().last(), p)).isPresent()
            || former.get().last().sent().plus(PROOF_INTERVAL).isBefore(now);
    if (pod.isPresent() && due) {
      requests.put(
          uid, Asked.of(former, proofRequests.send(pod.get(), pod.get().readinessProbe().get())));
    }
    // A request to a pod of an earlier template says nothing about these.
    return Optional.ofNullable(requests.get(uid))
        .filter(asked -> pods.stream().anyMatch(p -> isOf(asked.last(), p)));
  }

  private static boolean isOf(ProofRequest request, PodView pod) {
    return pod.templateRevision().equals(request.templateRevision());
  }

  private Optional<AgentLog> readLog(Subject subject) {
    if (subject.container().isEmpty()) {
      return Optional.empty();
    }
    return subject.pods().stream()
        .filter(p -> p.ready() || p.ended().isPresent())
        .findFirst()
        .flatMap(
            pod -> {
              try {
                return Optional.of(
                    AgentLog.read(
                        Optional.ofNullable(
                            client
                                .pods()
                                .inNamespace(subject.namespace())
                                .withName(pod.name())
                                .inContainer(subject.container().get())
                                .limitBytes(LOG_BYTES)
                                .getLog())));
              } catch (KubernetesClientException gone) {
                return Optional.empty();
              }
            });
  }
}
