package io.tracingstack.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Answers HTTP requests by hand over plain sockets.
 *
 * <p>Stands for the application whose server no agent knows: the agent loads, requests are served,
 * and still no span arrives. Every request gets the same answer, so any readiness path works.
 */
final class SilentServer {

  private static final byte[] ANSWER =
      "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nup\n"
          .getBytes(StandardCharsets.US_ASCII);
  private static final int READ_TIMEOUT_MILLIS = 2_000;

  private SilentServer() {}

  static void serve(ShopConfig config) throws IOException {
    try (ServerSocket server = new ServerSocket(config.port())) {
      System.out.printf("shop silent listening on tcp port %d%n", server.getLocalPort());
      while (true) {
        try (Socket connection = server.accept()) {
          answer(connection);
        } catch (IOException brokenConnection) {
          // A caller that hangs up or stalls must not end the service for the others.
        }
      }
    }
  }

  private static void answer(Socket connection) throws IOException {
    connection.setSoTimeout(READ_TIMEOUT_MILLIS);
    BufferedReader request =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
    // Closing with unread input would reset the connection under the caller's answer.
    for (String line = request.readLine();
        line != null && !line.isEmpty();
        line = request.readLine()) {}
    connection.getOutputStream().write(ANSWER);
  }
}
