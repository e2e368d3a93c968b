package org.attune.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.attune.AttuneException;

/**
 * The folder of a hub's model, from the cache when it is whole there, else fetched. Only the files
 * Attune reads are: configuration, tokenizer and safetensors, never code and never pickles.
 *
 * <p>A branch that moves is not followed: once fetched, a name means the same files until its entry
 * in the cache is removed.
 */
final class HubSnapshot {
  private static final String CONFIG = "config.json";
  private static final List<String> SMALL_FILES =
      List.of(
          CONFIG,
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.txt",
          "vocab.json",
          "merges.txt",
          "spiece.model",
          "tokenizer.model",
          "chat_template.jinja");

  private final HubName name;
  private final HubSettings settings;
  private final HubProgress progress;
  private final HubCache cache;

  private HubSnapshot(HubName name, HubSettings settings, HubProgress progress) {
    this.name = name;
    this.settings = settings;
    this.progress = progress;
    this.cache = new HubCache(settings.cache(), name);
  }

  /**
   * The folder of a model's files.
   *
   * @throws AttuneException when it is neither cached nor to be had
   */
  static Path folder(HubName name, HubSettings settings, HubProgress progress) {
    return new HubSnapshot(name, settings, progress).folder();
  }

  private Path folder() {
    Optional<String> cached = cache.commit(name.revision());
    if (cached.isPresent() && isWhole(cached.get())) {
      return cache.snapshot(cached.get());
    }
    Optional<Path> usable = cached.filter(this::hasModel).map(cache::snapshot);
    if (settings.offline()) {
      return usable.orElseThrow(this::notCached);
    }
    try {
      return cache.snapshot(fetch());
    } catch (HubClient.Unreachable e) {
      return usable.orElseThrow(() -> e);
    }
  }

  private AttuneException notCached() {
    return new AttuneException(
        "hub: "
            + name
            + " is not in the cache "
            + settings.cache()
            + ", no folder has that name, and HF_HUB_OFFLINE forbids asking "
            + settings.endpoint()
            + "; unset it, or name a folder");
  }

  // ---- what is here

  /** Every file is here or known not to exist. */
  private boolean isWhole(String commit) {
    return hasModel(commit)
        && SMALL_FILES.stream()
            .allMatch(file -> cache.has(commit, file) || cache.lacks(commit, file));
  }

  /** Other tools fetch file by file, and may have left the tokenizer out. */
  private boolean hasModel(String commit) {
    return cache.has(commit, CONFIG)
        && (cache.has(commit, Weights.SINGLE)
            || (cache.has(commit, Weights.INDEX)
                && shards(commit).stream().allMatch(shard -> cache.has(commit, shard))));
  }

  private Set<String> shards(String commit) {
    return Weights.shards(cache.snapshot(commit));
  }

  // ---- what is not

  /** Fetches what is missing and returns the commit. */
  private String fetch() {
    HubClient client = new HubClient(settings, name);
    HubClient.Listing listing = client.list();
    String commit = listing.commit();
    check(listing);
    HubDownload download = new HubDownload(client, cache, commit, progress);
    for (String file : SMALL_FILES) {
      if (listing.files().contains(file)) {
        download.bring(file);
      } else {
        cache.rememberLacking(commit, file);
      }
    }
    if (listing.files().contains(Weights.SINGLE)) {
      download.bring(Weights.SINGLE);
    } else {
      download.bring(Weights.INDEX);
      for (String shard : shards(commit)) {
        if (!listing.files().contains(shard)) {
          throw new AttuneException(
              "hub: " + name + ": " + Weights.INDEX + " names " + shard + ", which is not there");
        }
        download.bring(shard);
      }
    }
    cache.remember(name.revision(), commit);
    return commit;
  }

  private void check(HubClient.Listing listing) {
    if (HubName.isCommit(name.revision()) && !name.revision().equals(listing.commit())) {
      throw new AttuneException(
          "hub: asked for " + name + ", " + settings.endpoint() + " offers " + listing.commit());
    }
    for (String file : listing.files()) {
      if (leadsOut(file)) {
        throw new AttuneException(
            "hub: "
                + name
                + " lists the file '"
                + file
                + "', which leads out of its folder; nothing of it is fetched");
      }
    }
    if (!listing.files().contains(CONFIG)) {
      throw new AttuneException(
          "hub: " + name + " has no config.json; is it a model for transformers?");
    }
    if (!listing.files().contains(Weights.SINGLE) && !listing.files().contains(Weights.INDEX)) {
      throw noSafetensors(listing.files());
    }
  }

  private static boolean leadsOut(String file) {
    return file.isEmpty()
        || file.startsWith("/")
        || file.matches("[A-Za-z]:.*")
        || file.indexOf('\\') >= 0
        || file.indexOf('\0') >= 0
        || List.of(file.split("/", -1)).contains("..");
  }

  private AttuneException noSafetensors(Set<String> files) {
    List<String> pickles =
        files.stream().filter(file -> file.matches("[^/]*\\.(bin|pt|pth|ckpt)")).sorted().toList();
    if (pickles.isEmpty()) {
      return new AttuneException(
          "hub: " + name + " has neither " + Weights.SINGLE + " nor " + Weights.INDEX);
    }
    return new AttuneException(
        "hub: "
            + name
            + " has its weights as pickles only ("
            + String.join(", ", pickles)
            + "), which can run code when loaded and are never opened: convert them with"
            + " transformers' from_pretrained(\""
            + name.repository()
            + "\").save_pretrained(FOLDER), then name that FOLDER");
  }
}
