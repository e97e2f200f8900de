package io.tracingstack.operator.journey;

import io.tracingstack.operator.api.v1alpha1.LlamaStackStatus;
import io.tracingstack.operator.api.v1alpha1.LlamaStackStatus.Patch;
import io.tracingstack.operator.llamastack.KnownVersion;
import io.tracingstack.operator.llamastack.Propagation;
import io.tracingstack.operator.llamastack.ServerAction;
import io.tracingstack.operator.llamastack.ServerVersion;
import io.tracingstack.operator.llamastack.ServerView;
import io.tracingstack.operator.stack.LlamaStackPlan;
import io.tracingstack.operator.verification.FoundTrace;
import io.tracingstack.operator.verification.PodView;
import io.tracingstack.operator.verification.RepairReport;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a status says of a LlamaStack server.
 *
 * @param server the object that its Deployment was made for
 * @param image of the server's container
 * @param warnings what to look after
 */
public record LlamaStackFindings(
    Optional<ServerView> server, String image, LlamaStackPlan plan, List<String> warnings) {
  private static final String CONFIRMED = "Confirmed";
  private static final String UNKNOWN = "Unknown";
  private static final String CONTRADICTED = "Contradicted";

  /** What is known before any pod has said something. */
  public LlamaStackStatus status() {
    return status(List.of());
  }

  /** What is known with what the init containers of these pods reported. */
  public LlamaStackStatus status(List<PodView> pods) {
    List<RepairReport> reports = pods.stream().flatMap(p -> p.repair().stream()).toList();
    Optional<KnownVersion> version =
        KnownVersion.of(server, image)
            .or(
                () ->
                    reports.stream()
                        .flatMap(r -> ServerVersion.parse(r.version()).stream())
                        .findFirst()
                        .map(v -> new KnownVersion(v, KnownVersion.Source.IMAGE)));
    ServerAction action = ServerAction.of(server, version.map(KnownVersion::version), image);
    // Nodes may hold different images by one tag: what one of them lacks is not promised.
    Optional<Boolean> handsOn =
        reports.stream()
            .map(RepairReport::handsOn)
            .filter(Objects::nonNull)
            .reduce((a, b) -> a && b);
    Propagation propagation = Propagation.of(server, version.map(KnownVersion::version), handsOn);
    return new LlamaStackStatus(
        server.map(ServerView::title).orElse(null),
        version.map(v -> v.version().text()).orElse(null),
        version.map(v -> v.source().apiName()).orElse(null),
        action.apiName(),
        patch(reports),
        plan.content().apiName(),
        propagation.apiName(),
        propagation.message(),
        warnings.isEmpty() ? null : warnings);
  }

  /** The worst of several reports: a repair is claimed when all pods have it. */
  private static Patch patch(List<RepairReport> reports) {
    return reports.stream()
        .filter(r -> !r.applied())
        .findFirst()
        .or(() -> reports.stream().findFirst())
        .map(
            r ->
                new Patch(
                    r.applied(),
                    r.reason(),
                    UNKNOWN,
                    null,
                    emptyToNull(r.before().sha256()),
                    emptyToNull(r.after().sha256()),
                    checks(r)))
        .orElseGet(() -> new Patch(null, null, UNKNOWN, null, null, null, null));
  }

  private static Map<String, String> checks(RepairReport report) {
    Map<String, String> checks =
        report.before().checks().entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    e ->
                        said(e.getValue()) + " -> " + said(report.after().checks().get(e.getKey())),
                    (one, other) -> one,
                    TreeMap::new));
    return checks.isEmpty() ? null : checks;
  }

  private static String said(Boolean passed) {
    return passed == null ? "not run" : passed ? "passed" : "failed";
  }

  /**
   * The same with what spans of the running server say of the repair. What one process has shown
   * stands, whatever others show later.
   *
   * @param mark what they carry if it runs
   * @param traces some of the server's
   */
  public static LlamaStackStatus confirmed(
      LlamaStackStatus status, String mark, Collection<FoundTrace> traces) {
    boolean contradicted =
        CONTRADICTED.equals(status.patch().running())
            || traces.stream().anyMatch(FoundTrace::showsUnrepaired);
    if (contradicted) {
      return with(status, CONTRADICTED, null);
    }
    int processes =
        (int) traces.stream().flatMap(t -> t.repairedProcesses(mark).stream()).distinct().count();
    int before = Objects.requireNonNullElse(status.patch().workers(), 0);
    return processes == 0 ? status : with(status, CONFIRMED, Math.max(processes, before));
  }

  /** The same with what was seen before of the very same repair, while its proof stands. */
  public static LlamaStackStatus stillConfirmed(LlamaStackStatus status, LlamaStackStatus before) {
    boolean same =
        before != null
            && before.patch() != null
            && !UNKNOWN.equals(before.patch().running())
            && Boolean.TRUE.equals(status.patch().applied())
            && Objects.equals(before.patch().after(), status.patch().after());
    return same ? with(status, before.patch().running(), before.patch().workers()) : status;
  }

  private static LlamaStackStatus with(LlamaStackStatus s, String running, Integer workers) {
    Patch p = s.patch();
    return new LlamaStackStatus(
        s.owner(),
        s.version(),
        s.versionSource(),
        s.action(),
        new Patch(p.applied(), p.reason(), running, workers, p.before(), p.after(), p.checks()),
        s.content(),
        s.propagation(),
        s.propagationMessage(),
        s.warnings());
  }

  private static String emptyToNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
