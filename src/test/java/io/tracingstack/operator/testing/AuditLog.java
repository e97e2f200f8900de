package io.tracingstack.operator.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the API server itself says the operator's ServiceAccount did. */
public final class AuditLog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;

  AuditLog(Path file) {
    this.file = file;
  }

  /** One request; {@code resource} includes a subresource, as RBAC rules name it. */
  public record Entry(String verb, String group, String resource, String uri, int code) {
    /** Server-side apply of an absent object is audited as a patch and authorised as a create. */
    public boolean created() {
      return verb.equals("patch") && code == 201;
    }
  }

  /** All requests about resources so far. */
  public List<Entry> entries() {
    try {
      List<Entry> entries = new ArrayList<>();
      for (String line : Files.readAllLines(file)) {
        JsonNode event = JSON.readTree(line);
        JsonNode object = event.path("objectRef");
        if (object.isMissingNode()) {
          continue;
        }
        String subresource = object.path("subresource").asText("");
        entries.add(
            new Entry(
                event.path("verb").asText(),
                object.path("apiGroup").asText(""),
                object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource),
                event.path("requestURI").asText(),
                event.path("responseStatus").path("code").asInt()));
      }
      return entries;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Requests that RBAC, or an admission plugin, forbade. */
  public List<Entry> forbidden() {
    return entries().stream().filter(e -> e.code() == 403).toList();
  }
}
