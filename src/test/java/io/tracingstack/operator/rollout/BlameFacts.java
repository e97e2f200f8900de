package io.tracingstack.operator.rollout;

import io.tracingstack.operator.testing.TestPods;
import io.tracingstack.operator.verification.CreationRefused;
import io.tracingstack.operator.verification.PodLife;
import io.tracingstack.operator.verification.PodView;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Facts in words. Pods exist since 08:00:00, our change was written five seconds before, and it is
 * 08:02:00 unless said otherwise; a pod has five minutes to become Ready, and the soak is a minute.
 */
final class BlameFacts {
  /** Statuses of pods, by the word for them. */
  static final Map<String, String> STATUS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("ready", running("'True'", "08:00:10", "{}")),
              Map.entry("unready", running("'False'", "08:00:01", "{}")),
              Map.entry("lost", running("'False'", "08:01:00", "{}")),
              Map.entry("starting", app("{waiting: {reason: ContainerCreating}}", 0, "{}")),
              Map.entry("crash", app("{waiting: {reason: CrashLoopBackOff}}", 3, end(1, "Error"))),
              Map.entry("crashed", running("'True'", "08:01:50", end(1, "Error"))),
              Map.entry("recovered", running("'True'", "07:00:00", old(1))),
              Map.entry("oom", app("{terminated: {exitCode: 137, reason: OOMKilled}}", 0, "{}")),
              Map.entry(
                  "probe", app("{waiting: {reason: CrashLoopBackOff}}", 2, end(143, "Error"))),
              Map.entry("pull", app("{waiting: {reason: ImagePullBackOff}}", 0, "{}")),
              Map.entry("config", app("{waiting: {reason: CreateContainerConfigError}}", 0, "{}")),
              Map.entry(
                  "side-crash",
                  app("{waiting: {reason: CrashLoopBackOff}}", 3, end(1, "Error"))
                      .replace("name: app", "name: side")),
              Map.entry("init-pull", init("{waiting: {reason: ErrImagePull}}")),
              Map.entry("init-crash", init("{waiting: {reason: CrashLoopBackOff}}")),
              Map.entry("init-config", init("{waiting: {reason: CreateContainerConfigError}}")),
              Map.entry(
                  "volume",
                  evicted("Usage of EmptyDir volume \"tracingstack-agent\" exceeds the limit")),
              Map.entry(
                  "disk",
                  evicted(
                      "Pod ephemeral local storage usage exceeds the total limit of containers")),
              Map.entry("node", "{conditions: [{type: Ready, status: Unknown}]}"),
              Map.entry(
                  "homeless",
                  "{conditions: [{type: PodScheduled, status: 'False', message: 0/3 nodes}]}"),
              Map.entry(
                  "leaving", app("{waiting: {reason: CrashLoopBackOff}}", 3, end(1, "Error")))));

  private BlameFacts() {}

  /**
   * Reads.
   *
   * @param injected words for the pods of the injected revision, may be null
   * @param former words for the workload's other pods, may be null
   * @param options changed, stalled, now=, proven=, settled=, created=, refused=, refusedSince=;
   *     may be null
   */
  static Blame.Facts of(String injected, String former, String options) {
    Map<String, String> given = new TreeMap<>();
    words(options, ";")
        .forEach(o -> given.put(o.split("=", 2)[0], o.contains("=") ? o.split("=", 2)[1] : ""));
    return new Blame.Facts(
        pods("new", injected, true),
        pods("old", former, false),
        given.containsKey("changed"),
        Optional.ofNullable(given.get("proven")).map(BlameFacts::at),
        Optional.ofNullable(given.get("settled")).map(BlameFacts::at),
        Duration.ofMinutes(1),
        at(given.getOrDefault("written", "07:59:55")),
        Duration.ofMinutes(5),
        given.containsKey("stalled")
            ? Optional.of("it has timed out progressing.")
            : Optional.empty(),
        Optional.ofNullable(given.get("refused"))
            .map(m -> new CreationRefused(m, at(given.getOrDefault("refusedSince", "08:00:30")))),
        at(given.getOrDefault("now", "08:02:00")));
  }

  private static List<PodView> pods(String prefix, String text, boolean injected) {
    List<String> words = words(text, " ");
    return IntStream.range(0, words.size())
        .mapToObj(i -> pod(prefix + i, words.get(i), injected))
        .toList();
  }

  static PodView pod(String name, String word, boolean injected) {
    String status = STATUS.get(word);
    if (status == null) {
      throw new IllegalArgumentException("no status is called " + word);
    }
    PodView pod = injected ? TestPods.injected(name, status) : TestPods.plain(name, status);
    return word.equals("leaving") ? leaving(pod) : pod;
  }

  private static PodView leaving(PodView pod) {
    PodLife life = pod.life();
    return new PodView(
        pod.name(),
        pod.templateRevision(),
        pod.created(),
        pod.readySince(),
        pod.readinessProbe(),
        pod.report(),
        pod.repair(),
        pod.initEndedWithoutReport(),
        new PodLife(
            life.node(),
            life.injected(),
            true,
            life.over(),
            life.startedAt(),
            life.runningSince(),
            life.unreadySince()),
        pod.troubles(),
        pod.run());
  }

  private static List<String> words(String text, String separator) {
    return text == null
        ? List.of()
        : Arrays.stream(text.split(separator)).map(String::trim).filter(w -> !w.isEmpty()).toList();
  }

  private static Instant at(String time) {
    return Instant.parse("2026-11-21T" + time + "Z");
  }

  private static String running(String ready, String since, String last) {
    return """
        {containerStatuses: [{name: app, restartCount: %d, lastState: %s, \
        state: {running: {startedAt: '2026-11-21T08:00:05Z'}}}, \
        {name: side, restartCount: 0, state: {running: {startedAt: '2026-11-21T08:00:03Z'}}}], \
        conditions: [{type: Ready, status: %s, lastTransitionTime: '2026-11-21T%sZ'}]}"""
        .formatted(last.equals("{}") ? 0 : 2, last, ready, since);
  }

  private static String app(String state, int restarts, String last) {
    return "{containerStatuses: [{name: app, restartCount: %d, state: %s, lastState: %s}]}"
        .formatted(restarts, state, last);
  }

  private static String init(String state) {
    return "{initContainerStatuses: [{name: tracingstack-agent, restartCount: 0, state: %s}]}"
        .formatted(state);
  }

  private static String evicted(String message) {
    return """
        {phase: Failed, reason: Evicted, message: '%s', \
        conditions: [{type: Ready, status: 'False', lastTransitionTime: '2026-11-21T08:01:30Z'}]}"""
        .formatted(message);
  }

  private static String end(int exitCode, String reason) {
    return "{terminated: {exitCode: %d, reason: %s, finishedAt: '2026-11-21T08:01:40Z'}}"
        .formatted(exitCode, reason);
  }

  private static String old(int exitCode) {
    return "{terminated: {exitCode: %d, finishedAt: '2026-11-20T08:00:00Z'}}".formatted(exitCode);
  }
}
