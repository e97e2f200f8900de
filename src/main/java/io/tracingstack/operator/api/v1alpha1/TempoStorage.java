package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Locale;

/** Trace storage of a Tempo instance. */
@ValidationRule(
    value =
        "!(has(self.type) && self.type in ['s3', 'azure', 'gcs']) || (has(self.secretName) &&"
            + " size(self.secretName) > 0)",
    message =
        "spec.backend.tempoMonolithic.storage.secretName: required for storage type s3, azure or gcs")
@ValidationRule(
    value = "!has(self.secretName) || (has(self.type) && self.type in ['s3', 'azure', 'gcs'])",
    message =
        "spec.backend.tempoMonolithic.storage.secretName: only for storage type s3, azure or gcs")
public record TempoStorage(
    @JsonPropertyDescription("memory, pv, s3, azure or gcs. Default: memory.") Type type,
    @Pattern("^[1-9][0-9]*(Ki|Mi|Gi|Ti|k|M|G|T)?$")
        @JsonPropertyDescription(
            "Size of the memory file system or volume. Default: tempo-operator's own, 2Gi for memory,"
                + " 10Gi otherwise.")
        String size,
    @Size(max = 253)
        @JsonPropertyDescription(
            "Secret with the object storage credentials, in the stack's namespace; read by Tempo,"
                + " never by this operator.")
        String secretName) {

  /** Storage types of {@code TempoMonolithic}, by the names its API uses. */
  public enum Type {
    @JsonProperty("memory")
    MEMORY,
    @JsonProperty("pv")
    PV,
    @JsonProperty("s3")
    S3,
    @JsonProperty("azure")
    AZURE,
    @JsonProperty("gcs")
    GCS;

    /** The name in the Kubernetes API. */
    public String apiName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
