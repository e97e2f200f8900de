package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** An OTLP endpoint that somebody else runs. */
@ValidationRule(
    value = "!has(self.caSecret) || self.endpoint.startsWith('https://')",
    message = "spec.backend.otlp.caSecret: only with an https:// endpoint")
public record OtlpBackendSpec(
    @Required
        @Size(max = 512)
        @Pattern(
            "^https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"
                + "(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]"
                + "|6553[0-5]))?(/[A-Za-z0-9._~/-]*)?$")
        @JsonPropertyDescription(
            "http:// sends in clear text, https:// with TLS, e.g. https://traces.example.com:4317")
        String endpoint,
    @JsonPropertyDescription("grpc or http. Default: grpc.") Protocol protocol,
    @Size(max = 16)
        @JsonPropertyDescription("Headers sent with every export; values come from Secrets.")
        List<Header> headers,
    @JsonPropertyDescription(
            "Key of a Secret in the stack's namespace with the certificate authority (PEM). Default:"
                + " the image's own authorities.")
        SecretKey caSecret) {

  /** OTLP transports. */
  public enum Protocol {
    @JsonProperty("grpc")
    GRPC,
    @JsonProperty("http")
    HTTP
  }

  /** One header whose value the collector's pod reads from a Secret. */
  public record Header(
      @Required
          @Pattern("^[A-Za-z0-9-]{1,64}$")
          @JsonPropertyDescription("Header name, e.g. Authorization")
          String name,
      @Required @JsonPropertyDescription("Where the value is kept.") SecretKey secret) {}

  /** A key in a Secret of the stack's namespace. */
  public record SecretKey(
      @Required @Size(min = 1, max = 253) @JsonPropertyDescription("Secret name") String name,
      @Required @Pattern("^[A-Za-z0-9._-]{1,253}$") @JsonPropertyDescription("Key in the Secret")
          String key) {}
}
