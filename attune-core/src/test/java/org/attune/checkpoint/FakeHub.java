package org.attune.checkpoint;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A hub on the loopback interface with one repository, {@code acme/tiny}. Files ending in
 * .safetensors are "under LFS": their description redirects to a second server, the storage.
 */
final class FakeHub implements AutoCloseable {
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /**
   * Requests as {@code METHOD path}, with {@code +token} and {@code +range} where they had those.
   */
  final List<String> requests = Collections.synchronizedList(new ArrayList<>());

  final Map<String, byte[]> files = new LinkedHashMap<>();

  /** Names the listing has on top of the files. */
  final List<String> listedOnly = new ArrayList<>();

  /** What the storage sends in place of a file's bytes. */
  final Map<String, byte[]> falsified = new LinkedHashMap<>();

  /** Statuses and X-Error-Code, "404 EntryNotFound", that the next requests are answered with. */
  final Deque<String> refusals = new ArrayDeque<>();

  /** After how many bytes the storage's next answers break off. */
  final Deque<Integer> cuts = new ArrayDeque<>();

  /** Whether a cut answer stays open, silent, in place of being closed. */
  boolean silent;

  private final CountDownLatch closing = new CountDownLatch(1);

  /** Whether the storage serves ranges. */
  boolean ranges = true;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer hub = server(this::answerHub);
  private final HttpServer storage = server(this::answerStorage);

  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private HttpServer server(Answer answer) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              answer.to(exchange);
            }
          });
      server.setExecutor(threads); // a silent answer must not keep the others waiting
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI endpoint() {
    return base(hub);
  }

  private static URI base(HttpServer server) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void answerHub(HttpExchange exchange) throws IOException {
    record(exchange);
    String refusal = refusals.poll();
    String path = exchange.getRequestURI().getRawPath();
    if (refusal != null) {
      String[] parts = refusal.split(" ", 2);
      if (parts.length > 1) {
        exchange.getResponseHeaders().set("X-Error-Code", parts[1]);
      }
      exchange.sendResponseHeaders(Integer.parseInt(parts[0]), -1);
    } else if (path.startsWith("/api/models/acme/tiny/revision/")) {
      String names =
          Stream.concat(files.keySet().stream(), listedOnly.stream())
              .map(name -> "{\"rfilename\": \"" + name + "\"}")
              .collect(Collectors.joining(", "));
      String json = "{\"sha\": \"" + COMMIT + "\", \"siblings\": [" + names + "]}";
      send(exchange, json.getBytes(StandardCharsets.UTF_8));
    } else if (path.startsWith("/acme/tiny/resolve/" + COMMIT + "/")) {
      resolve(exchange, path.substring(path.lastIndexOf('/') + 1));
    } else {
      exchange.getResponseHeaders().set("X-Error-Code", "RepoNotFound");
      exchange.sendResponseHeaders(404, -1);
    }
  }

  private void resolve(HttpExchange exchange, String file) throws IOException {
    byte[] bytes = files.get(file);
    if (file.endsWith(".safetensors")) {
      exchange.getResponseHeaders().set("X-Linked-Etag", '"' + sha256(bytes) + '"');
      exchange.getResponseHeaders().set("X-Linked-Size", Integer.toString(bytes.length));
      exchange.getResponseHeaders().set("Location", base(storage) + "/" + file);
      exchange.sendResponseHeaders(302, -1);
      return;
    }
    exchange.getResponseHeaders().set("ETag", "W/\"etag-" + file + '"');
    send(exchange, bytes);
  }

  private void answerStorage(HttpExchange exchange) throws IOException {
    record(exchange);
    String file = exchange.getRequestURI().getPath().substring(1);
    byte[] bytes = falsified.getOrDefault(file, files.get(file));
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = 0;
    int status = 200;
    if (range != null && ranges) {
      from = Integer.parseInt(range.replaceAll("\\D", ""));
      status = 206;
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
    }
    byte[] rest = Arrays.copyOfRange(bytes, from, bytes.length);
    Integer cut = cuts.poll();
    exchange.sendResponseHeaders(status, rest.length);
    OutputStream body = exchange.getResponseBody();
    body.write(rest, 0, cut == null ? rest.length : cut);
    body.flush();
    if (cut != null && silent) {
      awaitClosing();
    }
  }

  private void awaitClosing() {
    try {
      closing.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void send(HttpExchange exchange, byte[] bytes) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private void record(HttpExchange exchange) {
    String token = exchange.getRequestHeaders().containsKey("Authorization") ? " +token" : "";
    String range = exchange.getRequestHeaders().getFirst("Range");
    requests.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + token
            + (range == null ? "" : " " + range));
  }

  @Override
  public void close() {
    closing.countDown();
    threads.shutdownNow();
    hub.stop(0);
    storage.stop(0);
  }
}
