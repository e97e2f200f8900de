package io.tracingstack.operator.stack;

/** A field that the schema could not check has a value which nothing can be made of. */
public class InvalidSpecException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param field path from {@code spec}, e.g. {@code spec.collector.resources.limits.memory}
   */
  public InvalidSpecException(String field, String problem) {
    super(field + ": " + problem);
  }
}
