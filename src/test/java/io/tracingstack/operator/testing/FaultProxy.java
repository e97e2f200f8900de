package io.tracingstack.operator.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.net.ssl.SSLSocketFactory;

/**
 * The line between the operator and the API server: plain HTTP on one side, TLS on the other, one
 * request per connection. It records each request, and breaks those it is told to.
 */
public final class FaultProxy implements AutoCloseable {
  private static final Function<Exchange, Optional<Fault>> NO_FAULTS = e -> Optional.empty();

  private final ServerSocket listener;
  private final URI upstream;
  private final SSLSocketFactory tls;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "proxy");
            thread.setDaemon(true);
            return thread;
          });
  private final List<Exchange> exchanges = new CopyOnWriteArrayList<>();
  private final Map<Socket, Exchange> open = new ConcurrentHashMap<>();
  private volatile Function<Exchange, Optional<Fault>> faults = NO_FAULTS;

  FaultProxy(int port, URI upstream, SSLSocketFactory tls) {
    this.upstream = upstream;
    this.tls = tls;
    try {
      this.listener = new ServerSocket(port, 200, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.submit(this::accept);
  }

  /** Address for clients. */
  public String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** Breaks what the function says, until told otherwise. */
  public void breaking(Function<Exchange, Optional<Fault>> rule) {
    faults = rule;
  }

  /** Breaks nothing from now on. */
  public void heal() {
    faults = NO_FAULTS;
  }

  /** Ends the watches that match, as a restarting API server or a load balancer does. */
  public int dropWatches(Predicate<Exchange> which) {
    int dropped = 0;
    for (Map.Entry<Socket, Exchange> entry : open.entrySet()) {
      if (entry.getValue().isWatch() && which.test(entry.getValue())) {
        close(entry.getKey());
        dropped++;
      }
    }
    return dropped;
  }

  /** A point in the record. */
  public int mark() {
    return exchanges.size();
  }

  /** Requests since a point that match. */
  public List<Exchange> since(int mark, Predicate<Exchange> which) {
    return List.copyOf(exchanges).stream().skip(mark).filter(which).toList();
  }

  /** Writes since a point, refused ones included. */
  public List<Exchange> writesSince(int mark) {
    return since(mark, Exchange::isWrite);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        threads.submit(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      String head = head(in);
      if (head.isEmpty()) {
        return;
      }
      String[] request = head.substring(0, head.indexOf('\r')).split(" ");
      Exchange exchange = new Exchange(request[0], request[1]);
      exchanges.add(exchange);
      open.put(client, exchange);
      Optional<Fault> fault = faults.apply(exchange);
      if (fault.isPresent() && fault.get() instanceof Fault.Refusal refusal) {
        refuse(client, exchange, refusal);
      } else if (fault.isPresent() && fault.get() instanceof Fault.Silence) {
        in.transferTo(OutputStream.nullOutputStream());
      } else if (fault.isEmpty() || fault.get() instanceof Fault.LostAnswer) {
        forward(client, in, head, exchange, fault.isPresent());
      }
    } catch (IOException broken) {
      // Either side has gone away; that is what connections do.
    } finally {
      open.remove(client);
    }
  }

  private void forward(
      Socket client, InputStream in, String head, Exchange exchange, boolean loseAnswer)
      throws IOException {
    try (Socket server = tls.createSocket(upstream.getHost(), upstream.getPort())) {
      OutputStream out = server.getOutputStream();
      out.write(oneRequestOnly(head).getBytes(StandardCharsets.ISO_8859_1));
      threads.submit(
          () -> {
            pump(in, out);
            close(server);
          });
      InputStream answer = server.getInputStream();
      byte[] first = answer.readNBytes(12);
      if (first.length == 12) {
        exchange.answered(Integer.parseInt(new String(first, 9, 3, StandardCharsets.US_ASCII)));
      }
      if (loseAnswer) {
        answer.transferTo(OutputStream.nullOutputStream());
      } else {
        client.getOutputStream().write(first);
        pump(answer, client.getOutputStream());
      }
    }
  }

  /** Without keep-alive a connection carries one request, so faults hit exactly one. */
  private static String oneRequestOnly(String head) {
    return head.toLowerCase().contains("\r\nupgrade:")
        ? head
        : head.replaceAll("(?i)\r\nconnection:[^\r]*", "")
            .replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n");
  }

  private static void refuse(Socket client, Exchange exchange, Fault.Refusal refusal)
      throws IOException {
    String body =
        """
        {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"%s by the \
        proxy","reason":"%s","code":%d}"""
            .formatted(refusal.reason(), refusal.reason(), refusal.status());
    String answer =
        "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%sConnection: close\r\n\r\n%s"
            .formatted(
                refusal.status(),
                refusal.reason(),
                body.length(),
                refusal.extraHeader().isEmpty() ? "" : refusal.extraHeader() + "\r\n",
                body);
    exchange.answered(refusal.status());
    client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
    client.getOutputStream().flush();
    client.shutdownOutput();
    // Closing with unread input would reset the connection under the answer.
    client.setSoTimeout(500);
    client.getInputStream().transferTo(OutputStream.nullOutputStream());
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int last = 0;
    for (int b = in.read(); b >= 0; b = in.read()) {
      head.write(b);
      last = last << 8 | b;
      if (last == 0x0d0a0d0a) {
        return head.toString(StandardCharsets.ISO_8859_1);
      }
    }
    return "";
  }

  private static void pump(InputStream from, OutputStream to) {
    byte[] buffer = new byte[16 << 10];
    try {
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        to.write(buffer, 0, n);
        to.flush();
      }
    } catch (IOException gone) {
      // The other direction notices too.
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException already) {
      // Closed is closed.
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.shutdownNow();
    open.keySet().forEach(FaultProxy::close);
  }
}
