package io.tracingstack.operator.kube;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.tracingstack.operator.collector.CollectorConfig;
import io.tracingstack.operator.collector.CollectorObjects;
import io.tracingstack.operator.stack.CollectorPlan;
import io.tracingstack.operator.stack.InstrumentationPlan;
import io.tracingstack.operator.verification.SpanCounts;
import io.tracingstack.operator.verification.WitnessException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the counters of a collector's pods. Each pod counts for itself, so all are read and added
 * up; an answer serves every workload that asks within {@link #FRESH}.
 */
@ApplicationScoped
public class CollectorSpanCounts implements SpanCounts {
  private static final Duration FRESH = Duration.ofSeconds(2);

  /** One sample line of the Prometheus text format: name, labels, value. */
  private static final Pattern SAMPLE =
      Pattern.compile("(?m)^([a-zA-Z_:][\\w:]*)(?:\\{(.*)\\})? ([-+.\\deE]+)(?: \\d+)?$");

  private static final Pattern REVISION_LABEL =
      Pattern.compile(
          InstrumentationPlan.REVISION_ATTRIBUTE.replace('.', '_') + "=\"([0-9a-f]+)\"");

  private final KubernetesClient client;
  private final Clock clock;
  private final Map<String, Reading> readings = new ConcurrentHashMap<>();

  CollectorSpanCounts(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  private record Reading(Instant taken, Map<String, Long> byRevision) {}

  @Override
  public long ofRevision(CollectorPlan collector, String revision) throws WitnessException {
    String key = collector.host();
    Reading reading = readings.get(key);
    if (reading == null || reading.taken().plus(FRESH).isBefore(clock.instant())) {
      Map<String, Long> sums = new HashMap<>();
      for (String text : scrape(collector, CollectorPlan.COUNTS_PORT)) {
        addCounts(text, sums);
      }
      reading = new Reading(clock.instant(), sums);
      readings.put(key, reading);
    }
    return reading.byRevision().getOrDefault(revision, 0L);
  }

  @Override
  public long undelivered(CollectorPlan collector) throws WitnessException {
    double sum = 0;
    for (String text : scrape(collector, CollectorPlan.TELEMETRY_PORT)) {
      for (Matcher m = SAMPLE.matcher(text); m.find(); ) {
        String name = m.group(1);
        if (name.startsWith("otelcol_exporter_send_failed_spans")
            || name.startsWith("otelcol_exporter_enqueue_failed_spans")
            || name.equals("otelcol_exporter_queue_size")) {
          sum += Double.parseDouble(m.group(3));
        }
      }
    }
    return (long) sum;
  }

  /** Adds the spans of each revision in one pod's answer. */
  static void addCounts(String text, Map<String, Long> sums) {
    for (Matcher sample = SAMPLE.matcher(text); sample.find(); ) {
      if (!CollectorConfig.SPANS_METRIC.equals(sample.group(1)) || sample.group(2) == null) {
        continue;
      }
      Matcher revision = REVISION_LABEL.matcher(sample.group(2));
      if (revision.find()) {
        sums.merge(revision.group(1), (long) Double.parseDouble(sample.group(3)), Long::sum);
      }
    }
  }

  private List<String> scrape(CollectorPlan collector, int port) throws WitnessException {
    List<String> addresses =
        client
            .pods()
            .inNamespace(collector.namespace())
            .withLabels(CollectorObjects.selector(collector))
            .list()
            .getItems()
            .stream()
            .map(Pod::getStatus)
            .filter(s -> s != null && "Running".equals(s.getPhase()) && s.getPodIP() != null)
            .map(s -> s.getPodIP())
            .toList();
    if (addresses.isEmpty()) {
      throw new WitnessException("the collector has no running pod");
    }
    List<String> answers = new java.util.ArrayList<>();
    String failure = "";
    for (String address : addresses) {
      String host = address.contains(":") ? "[" + address + "]" : address;
      try {
        HttpResponse<String> response =
            Http.get(URI.create("http://" + host + ":" + port + "/metrics"));
        if (response.statusCode() == 200) {
          answers.add(response.body());
        }
      } catch (IOException e) {
        failure = e.getMessage();
      }
    }
    if (answers.isEmpty()) {
      throw new WitnessException("the collector does not show its counts: " + failure);
    }
    return answers;
  }
}
