package io.tracingstack.operator.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What the operator asked of the API server, as the API server wrote it down. */
final class AuditLog {
  private static final String OPERATOR =
      "system:serviceaccount:%s:%s".formatted(Operator.NAMESPACE, Operator.NAME);
  private static final Set<String> WRITES =
      Set.of("create", "update", "patch", "delete", "deletecollection");

  /** Questions about one's own rights have the form of an object and store nothing. */
  private static final String REVIEW_GROUP = "authorization.k8s.io";

  private final Path file;
  private final long start;

  private AuditLog(Path file, long start) {
    this.file = file;
    this.start = start;
  }

  /** The log from now on. */
  static AuditLog fromNow() {
    Path file = Path.of(System.getenv("AUDIT_LOG"));
    return new AuditLog(file, file.toFile().length());
  }

  /** A request of the operator that was answered. */
  record Request(
      String verb, String resource, String subresource, String namespace, String name, int code) {
    boolean isWrite() {
      return WRITES.contains(verb);
    }
  }

  /** The operator's requests so far, oldest first. */
  List<Request> requests() {
    return lines().stream()
        .filter(line -> line.contains(OPERATOR))
        .map(Cluster::json)
        .filter(e -> OPERATOR.equals(e.at("/user/username").asText()))
        .filter(e -> !REVIEW_GROUP.equals(e.at("/objectRef/apiGroup").asText()))
        .map(
            e -> {
              JsonNode object = e.path("objectRef");
              return new Request(
                  e.path("verb").asText(),
                  object.path("resource").asText(),
                  object.path("subresource").asText(),
                  object.path("namespace").asText(),
                  object.path("name").asText(),
                  e.at("/responseStatus/code").asInt());
            })
        .toList();
  }

  private List<String> lines() {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      long length = log.length();
      // A log that was rotated meanwhile is read from its new beginning.
      log.seek(length < start ? 0 : start);
      byte[] bytes = new byte[(int) (length - log.getFilePointer())];
      log.readFully(bytes);
      String text = new String(bytes, StandardCharsets.UTF_8);
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
