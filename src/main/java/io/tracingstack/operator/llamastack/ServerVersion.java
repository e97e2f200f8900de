package io.tracingstack.operator.llamastack;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a llama-stack or OGX server. Local parts ({@code +rhai0}) and what follows the
 * third number, but for a release candidate's, decide nothing.
 *
 * @param candidate number of a release candidate, {@link #RELEASE} for a release
 * @param text as it was found
 */
public record ServerVersion(int major, int minor, int patch, int candidate, String text)
    implements Comparable<ServerVersion> {
  static final int RELEASE = Integer.MAX_VALUE;

  private static final Pattern VERSION =
      Pattern.compile(
          "v?(\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,4})(?:\\.\\d+)?(?:-?rc(\\d{1,4}))?(?:[-+.].*)?");

  /** A product's tag has major and minor, and neither server ever had a major above 1. */
  private static final Pattern PRODUCT =
      Pattern.compile("v?([2-9])\\.(\\d{1,4})(?:\\.\\d+)?(-ea\\.?\\d)?(?:[-.].*)?");

  /**
   * What Red Hat OpenShift AI ships, by the recipes of its images (opendatahub-io/
   * llama-stack-distribution, one branch for each release).
   */
  private static final Map<String, String> PRODUCTS =
      Map.ofEntries(
          Map.entry("2.23", "0.2.14"),
          Map.entry("2.24", "0.2.18"),
          Map.entry("2.25", "0.2.22"),
          Map.entry("3.0", "0.3.0rc3+rhai0"),
          Map.entry("3.2", "0.3.5.1+rhai0"),
          Map.entry("3.3", "0.4.2.1+rhai0"),
          Map.entry("3.4-ea1", "0.5.0+rhai0"),
          Map.entry("3.4-ea2", "0.6.0.1+rhai0"),
          Map.entry("3.4", "0.7.1+rhaiv.1"),
          Map.entry("3.5", "0.8.0+rhaiv.0"));

  /** Reads a version as a server reports it; empty for what is none, such as {@code latest}. */
  public static Optional<ServerVersion> parse(String text) {
    Matcher m = VERSION.matcher(text == null ? "" : text.trim());
    return m.matches()
        ? Optional.of(
            new ServerVersion(
                Integer.parseInt(m.group(1)),
                Integer.parseInt(m.group(2)),
                Integer.parseInt(m.group(3)),
                m.group(4) == null ? RELEASE : Integer.parseInt(m.group(4)),
                text.trim()))
        : Optional.empty();
  }

  /** Reads an image's tag, which may be the one of a product that contains the server. */
  static Optional<ServerVersion> ofTag(String tag) {
    Matcher m = PRODUCT.matcher(tag);
    if (m.matches()) {
      String stage = m.group(3) == null ? "" : m.group(3).replace(".", "");
      return Optional.ofNullable(PRODUCTS.get(m.group(1) + "." + m.group(2) + stage))
          .flatMap(ServerVersion::parse);
    }
    return parse(tag);
  }

  /** Reads the tag of an image; empty where it has none, or one that is no version. */
  static Optional<ServerVersion> ofImage(String image) {
    String path = image == null ? "" : image.replaceFirst("@.*$", "");
    int colon = path.lastIndexOf(':');
    return colon > path.lastIndexOf('/') ? ofTag(path.substring(colon + 1)) : Optional.empty();
  }

  /** Whether it is this version or a later one; {@code other} must be a version. */
  boolean isAtLeast(String other) {
    return compareTo(parse(other).orElseThrow()) >= 0;
  }

  @Override
  public int compareTo(ServerVersion other) {
    return Comparator.comparingInt(ServerVersion::major)
        .thenComparingInt(ServerVersion::minor)
        .thenComparingInt(ServerVersion::patch)
        .thenComparingInt(ServerVersion::candidate)
        .compare(this, other);
  }
}
