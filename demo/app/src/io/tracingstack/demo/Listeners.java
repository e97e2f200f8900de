package io.tracingstack.demo;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Opens the plain or TLS port of a service. */
final class Listeners {

  /** Protects nothing: the key is made with the image, for a demo's self-signed certificate. */
  private static final char[] KEYSTORE_PASSWORD = "changeit".toCharArray();

  private Listeners() {}

  static HttpServer open(ShopConfig config) throws IOException, GeneralSecurityException {
    InetSocketAddress address = new InetSocketAddress(config.port());
    if (!config.tls()) {
      return HttpServer.create(address, 0);
    }
    HttpsServer server = HttpsServer.create(address, 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tlsContext(config.keystore())));
    return server;
  }

  private static SSLContext tlsContext(Path keystoreFile)
      throws IOException, GeneralSecurityException {
    KeyStore keystore = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keystoreFile)) {
      keystore.load(in, KEYSTORE_PASSWORD);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(keystore, KEYSTORE_PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }
}
