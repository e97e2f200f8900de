package io.tracingstack.operator.testing;

/** A request of the operator to the API server, as the proxy saw it. */
public final class Exchange {
  private final String method;
  private final String path;
  private final String query;
  private volatile int status;

  Exchange(String method, String target) {
    int mark = target.indexOf('?');
    this.method = method;
    this.path = mark < 0 ? target : target.substring(0, mark);
    this.query = mark < 0 ? "" : target.substring(mark + 1);
  }

  public String method() {
    return method;
  }

  public String path() {
    return path;
  }

  /** The answer's status, 0 while there is none. */
  public int status() {
    return status;
  }

  void answered(int with) {
    status = with;
  }

  /** Whether it is a long-lived watch. */
  public boolean isWatch() {
    return query.contains("watch=true");
  }

  /** Whether it asks for all objects of a kind as they are, and not as some cache has them. */
  public boolean isListOf(String plural) {
    return method.equals("GET") && path.endsWith("/v1alpha1/" + plural) && query.isEmpty();
  }

  /** Whether it changes something. */
  public boolean isWrite() {
    return !method.equals("GET")
        && !query.contains("dryRun=All")
        && !path.startsWith("/apis/authorization.k8s.io/");
  }

  /** Whether it is about objects of this namespace. */
  public boolean isIn(String namespace) {
    return (path + "/").contains("/namespaces/" + namespace + "/");
  }

  @Override
  public String toString() {
    return method + " " + path + (query.isEmpty() ? "" : "?" + query) + " -> " + status;
  }
}
