package org.attune.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.attune.AttuneException;

/**
 * Asks a hub about one repository. Follows redirects itself, so that the token goes to the endpoint
 * and nowhere else; tries again, with growing waits, what may work the next time.
 */
final class HubClient {
  /** Nobody answered, or only with "later": what the cache holds may do instead. */
  static final class Unreachable extends AttuneException {
    private static final long serialVersionUID = 1L;

    Unreachable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * What a revision holds.
   *
   * @param commit it stands at
   * @param files names, with folders
   */
  record Listing(String commit, Set<String> files) {}

  /**
   * A file before it is fetched.
   *
   * @param etag names the content
   * @param size bytes
   * @param sha256 of the content, where the hub tells it (files under Git LFS)
   */
  record RemoteFile(String name, String etag, long size, Optional<String> sha256) {}

  static final int ATTEMPTS = 5;

  private static final int CONNECT_ATTEMPTS = 2;
  private static final int MAX_REDIRECTS = 5;
  private static final int MAX_LISTING_BYTES = 32 << 20;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

  private final HubSettings settings;
  private final HubName name;
  private final HttpClient http;

  HubClient(HubSettings settings, HubName name) {
    this.settings = settings;
    this.name = name;
    this.http =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
  }

  /**
   * The commit and the files of the revision.
   *
   * @throws AttuneException when there is no such model or revision, or it may not be read
   */
  Listing list() {
    URI uri =
        uri(
            "/api/models/"
                + name.repository()
                + "/revision/"
                + URLEncoder.encode(name.revision(), StandardCharsets.UTF_8));
    try (InputStream body = get(uri, 0).body()) {
      JsonNode answer = new ObjectMapper().readTree(body.readNBytes(MAX_LISTING_BYTES));
      String commit = answer.path("sha").asText();
      if (!HubName.isCommit(commit)) {
        throw new AttuneException("hub: " + uri + " names no commit; is it a hub's endpoint?");
      }
      Set<String> files = new LinkedHashSet<>();
      answer.path("siblings").forEach(file -> files.add(file.path("rfilename").asText()));
      return new Listing(commit, files);
    } catch (JsonProcessingException e) {
      throw new AttuneException(
          "hub: " + uri + " answers with something else than JSON; is it a hub's endpoint?", e);
    } catch (IOException e) {
      throw unreachable(uri, e, 1);
    }
  }

  /** Size and identity of a file. */
  RemoteFile describe(String commit, String file) {
    URI uri = fileUri(commit, file);
    HttpResponse<InputStream> head = request("HEAD", uri, 0);
    close(head);
    Optional<String> linked = head.headers().firstValue("X-Linked-Etag").map(HubClient::bare);
    String etag =
        linked.or(() -> head.headers().firstValue("ETag").map(HubClient::bare)).orElse("");
    OptionalLong size = head.headers().firstValueAsLong("X-Linked-Size");
    if (size.isEmpty()) {
      size = head.headers().firstValueAsLong("Content-Length");
    }
    // The ETag becomes a file's name in the cache.
    if (!etag.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}") || size.isEmpty()) {
      throw new AttuneException(
          "hub: " + uri + " has no usable ETag or size; is it a hub's endpoint?");
    }
    Optional<String> sha256 = linked.filter(value -> value.matches("[0-9a-f]{64}"));
    return new RemoteFile(file, etag, size.getAsLong(), sha256);
  }

  /** ETags come as "abc" or W/"abc". */
  private static String bare(String etag) {
    return etag.replaceFirst("^W/", "").replaceAll("^\"|\"$", "");
  }

  /** The bytes of a file from one on; the answer is 200, 206 or 416. The caller closes the body. */
  HttpResponse<InputStream> open(String commit, RemoteFile file, long from) {
    return get(fileUri(commit, file.name()), from);
  }

  private HttpResponse<InputStream> get(URI uri, long from) {
    return request("GET", uri, from);
  }

  private URI fileUri(String commit, String file) {
    return uri("/" + name.repository() + "/resolve/" + commit + "/" + file);
  }

  private URI uri(String path) {
    return URI.create(settings.endpoint() + path);
  }

  // ---- one request, with its retries

  private HttpResponse<InputStream> request(String method, URI uri, long from) {
    for (int attempt = 1; ; attempt++) {
      try {
        HttpResponse<InputStream> response = follow(method, uri, from);
        int status = response.statusCode();
        if (status < 400 || (status == 416 && from > 0)) {
          return response;
        }
        close(response);
        if (status != 429 && status < 500) {
          throw refusal(response, uri);
        }
        throw new IOException("HTTP " + status);
      } catch (IOException e) {
        // No route or no such host seldom changes within seconds: say so soon.
        int attempts = e instanceof ConnectException ? CONNECT_ATTEMPTS : ATTEMPTS;
        if (attempt >= attempts) {
          throw unreachable(uri, e, attempt);
        }
        pause(attempt);
      }
    }
  }

  Duration patience() {
    return settings.patience();
  }

  /** Waits before the attempt after this one: 1, 2, 4, .. times the first wait. */
  void pause(int attempt) {
    try {
      Thread.sleep(settings.firstWait().multipliedBy(1L << (attempt - 1)).toMillis());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private HttpResponse<InputStream> follow(String method, URI first, long from) throws IOException {
    URI uri = first;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      HttpResponse<InputStream> response = send(method, uri, from);
      Optional<String> location = response.headers().firstValue("Location");
      if (response.statusCode() / 100 != 3 || location.isEmpty()) {
        return response;
      }
      URI next = target(uri, location.get());
      // What describes a large file stands on the endpoint's own answer, not on the storage's.
      if (method.equals("HEAD")
          && (response.headers().firstValue("X-Linked-Etag").isPresent() || !isEndpoint(next))) {
        return response;
      }
      close(response);
      uri = next;
    }
    throw new AttuneException("hub: " + first + " redirects more than " + MAX_REDIRECTS + " times");
  }

  private static URI target(URI from, String location) {
    try {
      URI next = from.resolve(location);
      boolean http = "http".equals(next.getScheme()) && "http".equals(from.getScheme());
      if (next.getHost() != null && (http || "https".equals(next.getScheme()))) {
        return next;
      }
    } catch (IllegalArgumentException e) {
      // said below, for all kinds of unusable targets
    }
    throw new AttuneException(
        "hub: " + from.getHost() + " redirects to '" + location + "', which is not followed");
  }

  private HttpResponse<InputStream> send(String method, URI uri, long from) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(ANSWER_TIMEOUT)
            .header("User-Agent", "attune")
            .header("Accept-Encoding", "identity"); // sizes are those of the file
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
    }
    if (isEndpoint(uri)) {
      settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    }
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private boolean isEndpoint(URI uri) {
    URI endpoint = settings.endpoint();
    return Objects.equals(uri.getScheme(), endpoint.getScheme())
        && uri.getHost().equalsIgnoreCase(endpoint.getHost())
        && uri.getPort() == endpoint.getPort();
  }

  private static void close(HttpResponse<InputStream> response) {
    try {
      response.body().close();
    } catch (IOException e) {
      // Its bytes are of no interest.
    }
  }

  // ---- what went wrong, in one line

  private AttuneException refusal(HttpResponse<?> response, URI uri) {
    int status = response.statusCode();
    String where = settings.endpoint().toString();
    return new AttuneException(
        switch (response.headers().firstValue("X-Error-Code").orElse("")) {
          case "GatedRepo" ->
              "hub: "
                  + name.repository()
                  + " is gated: accept its terms at "
                  + uri("/" + name.repository())
                  + ", then set HF_TOKEN to a token of that account";
          case "RevisionNotFound" ->
              "hub: "
                  + name.repository()
                  + " at "
                  + where
                  + " has no revision '"
                  + name.revision()
                  + "'; name a branch, a tag or a commit";
          case "RepoNotFound" -> notFound(where);
          default ->
              switch (status) {
                case 401, 403 -> unauthorized(where, status);
                case 404 -> notFound(where);
                default -> "hub: " + uri + " answers HTTP " + status;
              };
        });
  }

  private String notFound(String where) {
    return "hub: there is no model "
        + name.repository()
        + " at "
        + where
        + (settings.token().isPresent() ? "" : ", or it is private and HF_TOKEN is not set")
        + ", and no folder of that name";
  }

  private String unauthorized(String where, int status) {
    return "hub: "
        + where
        + " refuses "
        + name.repository()
        + " (HTTP "
        + status
        + "); "
        + (settings.token().isPresent()
            ? "HF_TOKEN is wrong, or may not read this model"
            : "set HF_TOKEN to a token that may read it");
  }

  Unreachable unreachable(URI uri, IOException e, int attempts) {
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new Unreachable(
        "hub: "
            + uri
            + " could not be read: "
            + reason
            + " ("
            + attempts
            + (attempts == 1 ? " attempt" : " attempts")
            + "); check the network and HF_ENDPOINT, or name a folder",
        e);
  }

  Unreachable brokenOff(String commit, RemoteFile file, IOException e, int attempts) {
    return unreachable(fileUri(commit, file.name()), e, attempts);
  }

  private static AttuneException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new AttuneException("hub: interrupted", e);
  }
}
