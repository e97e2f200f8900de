package io.tracingstack.operator.llamastack;

import java.util.Map;
import java.util.Optional;

/**
 * A server's version, and where it is known from.
 *
 * @param source the most trustworthy one that has it
 */
public record KnownVersion(ServerVersion version, Source source) {
  /** Where a version may be known from, the most trustworthy first. */
  public enum Source {
    /** The running server, as its operator asked it. */
    STATUS("Status"),
    /** The tag of the image that the template names. */
    IMAGE_TAG("ImageTag"),
    /** The name of a distribution, by what the operator of that version makes of it. */
    DISTRIBUTION("Distribution"),
    /** The image itself, as the init container reported it. */
    IMAGE("Image");

    private final String apiName;

    Source(String apiName) {
      this.apiName = apiName;
    }

    /** The name in the API. */
    public String apiName() {
      return apiName;
    }
  }

  /** Server by operator, from the file distributions.json of the operators' releases. */
  private static final Map<String, String> DISTRIBUTIONS =
      Map.of("0.9.0", "0.7.1", "0.14.0", "1.3.0");

  /**
   * What is known before anything runs.
   *
   * @param image of the server's container
   */
  public static Optional<KnownVersion> of(Optional<ServerView> server, String image) {
    return server
        .flatMap(ServerView::serverVersion)
        .flatMap(ServerVersion::parse)
        .map(v -> new KnownVersion(v, Source.STATUS))
        .or(
            () ->
                ServerVersion.ofImage(image)
                    .or(
                        () ->
                            server
                                .flatMap(ServerView::resolvedImage)
                                .flatMap(ServerVersion::ofImage))
                    .map(v -> new KnownVersion(v, Source.IMAGE_TAG)))
        .or(
            () ->
                server
                    .filter(s -> s.distribution().isPresent())
                    .flatMap(ServerView::operatorVersion)
                    .map(v -> v.replaceFirst("^v", ""))
                    .map(DISTRIBUTIONS::get)
                    .flatMap(ServerVersion::parse)
                    .map(v -> new KnownVersion(v, Source.DISTRIBUTION)));
  }
}
