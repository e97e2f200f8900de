package io.tracingstack.demo;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What the environment variables of the container ask for.
 *
 * @param role {@code ROLE}: frontend, backend, silent or idle
 * @param port {@code PORT}, 8080 unless given
 * @param tls {@code TLS=true} serves HTTPS with the image's self-signed certificate
 * @param keystore {@code KEYSTORE}: where that certificate is
 * @param backend {@code BACKEND_URL}: what the frontend calls
 * @param requiredHeader {@code REQUIRE_HEADER}, such as {@code X-Probe: yes}: without it the probe
 *     paths answer 403
 * @param agentIntolerant {@code REFUSE_AGENTS=true}: exits when the JVM was given a Java agent
 * @param ballastMegabytes {@code BALLAST_MB}: memory beside the heap that is held all the time; the JVM
 *     must be allowed to have it by {@code -XX:MaxDirectMemorySize}
 * @param slownessWithAgent {@code SLOWER_WITH_AGENT_SECONDS}: how much longer the start takes when the
 *     JVM was given a Java agent, on a machine of any speed
 */
record ShopConfig(
    String role,
    int port,
    boolean tls,
    Path keystore,
    URI backend,
    Optional<RequiredHeader> requiredHeader,
    boolean agentIntolerant,
    int ballastMegabytes,
    Duration slownessWithAgent) {

  static ShopConfig from(Map<String, String> environment) {
    return new ShopConfig(
        environment.getOrDefault("ROLE", ""),
        Integer.parseInt(environment.getOrDefault("PORT", "8080")),
        Boolean.parseBoolean(environment.get("TLS")),
        Path.of(environment.getOrDefault("KEYSTORE", "/app/keystore.p12")),
        URI.create(environment.getOrDefault("BACKEND_URL", "http://backend:8080")),
        Optional.ofNullable(environment.get("REQUIRE_HEADER")).map(RequiredHeader::parse),
        Boolean.parseBoolean(environment.get("REFUSE_AGENTS")),
        Integer.parseInt(environment.getOrDefault("BALLAST_MB", "0")),
        Duration.ofSeconds(
            Integer.parseInt(environment.getOrDefault("SLOWER_WITH_AGENT_SECONDS", "0"))));
  }

  /** A header that a probe has to send, with exactly this value. */
  record RequiredHeader(String name, String value) {

    static RequiredHeader parse(String header) {
      String[] parts = header.split(":", 2);
      if (parts.length != 2) {
        throw new IllegalArgumentException("REQUIRE_HEADER must be 'Name: value', not " + header);
      }
      return new RequiredHeader(parts[0].strip(), parts[1].strip());
    }
  }
}
