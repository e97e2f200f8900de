package io.tracingstack.operator.kube;

import io.tracingstack.operator.verification.PodView;
import io.tracingstack.operator.verification.ProofRequest;
import io.tracingstack.operator.verification.ProofTarget;
import io.tracingstack.operator.verification.TraceIds;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Sends a pod its own readiness request, with a trace context that can be looked up afterwards. */
@ApplicationScoped
public class ProofRequests {
  static {
    // Probes may set Host; the JDK's client refuses it unless told otherwise before its first use.
    System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
  }

  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Http.CONNECT_TIMEOUT)
          .sslContext(unverified())
          .build();

  ProofRequests(Clock clock) {
    this.clock = clock;
  }

  /** Sends the request and waits for the answer, a few seconds at most. */
  public ProofRequest send(PodView pod, ProofTarget target) {
    String traceId = TraceIds.newTraceId(random);
    Optional<Integer> status = Optional.empty();
    Optional<String> failure = Optional.empty();
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(target.uri()))
              .timeout(Http.REQUEST_TIMEOUT)
              .header("traceparent", TraceIds.sampledTraceparent(traceId, random));
      if (!target.headers().containsKey("User-Agent")) {
        request.header("User-Agent", "tracingstack-proof/1");
      }
      target.headers().forEach(request::header);
      status = Optional.of(Http.send(client, request.build()).statusCode());
    } catch (IOException | IllegalArgumentException e) {
      failure = Optional.of(e.getMessage());
    }
    return new ProofRequest(
        traceId, pod.name(), pod.templateRevision(), clock.instant(), status, failure);
  }

  /** Like the kubelet's, a probe's TLS certificate is not verified: pods serve their own. */
  private static SSLContext unverified() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new TrustAll()}, new SecureRandom());
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  /** The extended kind: with it the JDK does not check host names either. */
  private static final class TrustAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket s) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket s) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine e) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine e) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
