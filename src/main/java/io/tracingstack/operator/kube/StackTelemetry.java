package io.tracingstack.operator.kube;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.StackRef;
import io.tracingstack.operator.stack.CollectorPlan;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The operator as a user of the stacks it makes: it traces its own reconciles into them, and sends
 * the canary span. Nothing is sent anywhere while no stack exists.
 */
@ApplicationScoped
public class StackTelemetry {
  private static final Duration EXPORT_TIMEOUT = Duration.ofSeconds(5);
  private static final String SCOPE = "io.tracingstack.operator";

  private static final Resource RESOURCE =
      Resource.getDefault()
          .merge(
              Resource.create(Attributes.builder().put("service.name", Labels.OPERATOR).build()));

  private final Map<StackRef, Pipeline> pipelines = new ConcurrentHashMap<>();

  private record Pipeline(
      String endpoint, OtlpHttpSpanExporter exporter, SdkTracerProvider provider) {
    static Pipeline to(String endpoint) {
      OtlpHttpSpanExporter exporter =
          OtlpHttpSpanExporter.builder()
              .setEndpoint(endpoint + "/v1/traces")
              .setTimeout(EXPORT_TIMEOUT)
              .build();
      return new Pipeline(
          endpoint,
          exporter,
          SdkTracerProvider.builder()
              .setResource(RESOURCE)
              .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
              .build());
    }

    void close() {
      provider.shutdown();
    }
  }

  /** Starts sending to a stack's collector; called again when its address may have changed. */
  public void connect(StackRef stack, CollectorPlan collector) {
    pipelines.compute(
        stack,
        (ref, present) -> {
          if (present != null && present.endpoint().equals(collector.otlpHttp())) {
            return present;
          }
          if (present != null) {
            present.close();
          }
          return Pipeline.to(collector.otlpHttp());
        });
  }

  /** Stops sending to a stack. */
  public void disconnect(StackRef stack) {
    Optional.ofNullable(pipelines.remove(stack)).ifPresent(Pipeline::close);
  }

  /**
   * Sends one span and waits for the collector's answer.
   *
   * @return the trace id when the collector accepted it, empty when it refused or did not answer
   */
  public Optional<String> sendCanary(StackRef stack) {
    Pipeline pipeline = pipelines.get(stack);
    if (pipeline == null) {
      return Optional.empty();
    }
    // A provider without processors makes the span; it is exported by hand to see the answer.
    try (SdkTracerProvider provider = SdkTracerProvider.builder().setResource(RESOURCE).build()) {
      Span span =
          provider
              .get(SCOPE)
              .spanBuilder("tracingstack.canary")
              .setNoParent()
              .setAttribute("tracingstack.stack", stack.toString())
              .startSpan();
      span.end();
      CompletableResultCode result =
          pipeline.exporter().export(List.of(((ReadableSpan) span).toSpanData()));
      result.join(EXPORT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      return result.isSuccess()
          ? Optional.of(span.getSpanContext().getTraceId())
          : Optional.empty();
    }
  }

  /** Runs a reconcile inside a span that goes to the stack, or without one when there is none. */
  public <T> T traced(StackRef stack, String name, String object, Callable<T> work)
      throws Exception {
    Pipeline pipeline = stack == null ? null : pipelines.get(stack);
    if (pipeline == null) {
      return work.call();
    }
    Span span =
        pipeline
            .provider()
            .get(SCOPE)
            .spanBuilder(name)
            .setNoParent()
            .setSpanKind(SpanKind.INTERNAL)
            .setAttribute("tracingstack.object", object)
            .startSpan();
    try (Scope ignored = span.makeCurrent()) {
      return work.call();
    } catch (Exception e) {
      span.recordException(e);
      span.setStatus(StatusCode.ERROR);
      throw e;
    } finally {
      span.end();
    }
  }

  @PreDestroy
  void close() {
    pipelines.values().forEach(Pipeline::close);
  }
}
