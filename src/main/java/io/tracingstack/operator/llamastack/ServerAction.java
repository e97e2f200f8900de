package io.tracingstack.operator.llamastack;

import java.util.Optional;

/** What a server needs to be traced well, by what is known of it before it runs. */
public enum ServerAction {
  /** Variables are enough: it traces by itself, and there is nothing to repair. */
  ENVIRONMENT("Environment"),
  /** It has tracing of its own, with the defects that the repair takes out. */
  PATCH("Patch"),
  /** Its start passes OpenTelemetry's wrapper by: what its image has is started in its process. */
  IN_PROCESS("InProcess"),
  /** Nothing is known; the init container, which runs in its image, decides. */
  ASK_IMAGE("AskImage");

  private final String apiName;

  ServerAction(String apiName) {
    this.apiName = apiName;
  }

  /** The name in the API. */
  public String apiName() {
    return apiName;
  }

  /**
   * Decides. In 0.1.6 and before, the trace is a global variable of the process, which no edit
   * repairs. From 0.4 on the module is gone, and OpenTelemetry's wrapper starts the server: in
   * upstream's images always, in Red Hat's from 0.6 on. With a configuration of the user's own the
   * operator of LlamaStackDistributions passes the entrypoint over, and the wrapper with it.
   *
   * @param image of the server's container
   */
  public static ServerAction of(
      Optional<ServerView> server, Optional<ServerVersion> version, String image) {
    if (server.filter(s -> s.api() == ServerApi.OGX_SERVER).isPresent()) {
      return ENVIRONMENT;
    }
    if (version.isEmpty()) {
      return ASK_IMAGE;
    }
    ServerVersion v = version.get();
    if (!v.isAtLeast("0.1.7")) {
      return ENVIRONMENT;
    }
    if (!v.isAtLeast("0.4.0rc0")) {
      return PATCH;
    }
    boolean wrapped = !isDownstream(image, v) || v.isAtLeast("0.6.0");
    boolean passedOver = server.filter(ServerView::userConfig).isPresent();
    return wrapped && !passedOver ? ENVIRONMENT : IN_PROCESS;
  }

  private static boolean isDownstream(String image, ServerVersion version) {
    String name = image == null ? "" : image;
    return name.contains("rhoai")
        || name.contains("opendatahub")
        || name.contains("odh-")
        || version.text().contains("+rhai");
  }
}
