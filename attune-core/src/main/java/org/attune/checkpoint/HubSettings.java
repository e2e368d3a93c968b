package org.attune.checkpoint;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attune.AttuneException;

/**
 * Where models come from and where they are kept, read from the variables that Hugging Face's own
 * tools read, so that both share one cache.
 *
 * @param endpoint the hub, without a slash at its end (HF_ENDPOINT)
 * @param cache folder of all repositories (HF_HUB_CACHE, else HF_HOME/hub, else
 *     ~/.cache/huggingface/hub)
 * @param token sent to the endpoint and to no other host (HF_TOKEN)
 * @param offline whether only the cache may be asked (HF_HUB_OFFLINE)
 * @param firstWait before the second attempt of a failed request; it doubles with each further one
 * @param patience with a download that delivers nothing, before it counts as broken off
 */
record HubSettings(
    URI endpoint,
    Path cache,
    Optional<String> token,
    boolean offline,
    Duration firstWait,
    Duration patience) {
  static final String DEFAULT_ENDPOINT = "https://huggingface.co";
  private static final Set<String> YES = Set.of("1", "true", "yes", "on");

  /** As a process's environment says. */
  static HubSettings of(Map<String, String> environment) {
    String endpoint = value(environment, "HF_ENDPOINT").orElse(DEFAULT_ENDPOINT);
    return new HubSettings(
        endpoint(endpoint),
        cache(environment),
        value(environment, "HF_TOKEN"),
        value(environment, "HF_HUB_OFFLINE")
            .map(flag -> YES.contains(flag.toLowerCase(Locale.ROOT)))
            .orElse(false),
        Duration.ofSeconds(1),
        Duration.ofSeconds(60));
  }

  private static URI endpoint(String text) {
    String reason = "expected http:// or https:// and a host";
    try {
      URI uri = URI.create(text.replaceAll("/+$", ""));
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      reason += ": " + e.getMessage();
    }
    throw new AttuneException("hub: HF_ENDPOINT is '" + text + "', " + reason);
  }

  private static Path cache(Map<String, String> environment) {
    Path home =
        value(environment, "HF_HOME")
            .map(HubSettings::path)
            .orElseGet(
                () ->
                    value(environment, "XDG_CACHE_HOME")
                        .map(HubSettings::path)
                        .orElseGet(() -> path("~/.cache"))
                        .resolve("huggingface"));
    return value(environment, "HF_HUB_CACHE").map(HubSettings::path).orElse(home.resolve("hub"));
  }

  private static Path path(String text) {
    return text.equals("~") || text.startsWith("~/")
        ? Path.of(System.getProperty("user.home") + text.substring(1))
        : Path.of(text);
  }

  private static Optional<String> value(Map<String, String> environment, String key) {
    return Optional.ofNullable(environment.get(key)).map(String::strip).filter(v -> !v.isEmpty());
  }

  /** Keeps the token out of logs. */
  @Override
  public String toString() {
    return endpoint + ", cache " + cache + (offline ? ", offline" : "");
  }
}
