package org.attune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.attune.AttuneException;
import org.attune.tensor.DType;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubTest {
  private static final String COMMIT = FakeHub.COMMIT;
  private static final String WEIGHTS = "model.safetensors";

  @TempDir Path folder;
  private final FakeHub hub = new FakeHub();

  @BeforeEach
  void publish() throws IOException {
    Path weights = folder.resolve("made.safetensors");
    SafetensorsWriter.write(
        weights, Map.of("a", Tensors.ones(Shape.of(1000), DType.F32)), SafetensorsWriter.PYTORCH);
    hub.files.put("config.json", "{\"model_type\": \"bert\"}".getBytes(StandardCharsets.UTF_8));
    hub.files.put("vocab.txt", "[PAD]\n".getBytes(StandardCharsets.UTF_8));
    hub.files.put("chat_template.jinja", "{{ messages }}".getBytes(StandardCharsets.UTF_8));
    hub.files.put("modeling_evil.py", "print()".getBytes(StandardCharsets.UTF_8));
    hub.files.put("pytorch_model.bin", new byte[10]);
    hub.files.put(WEIGHTS, Files.readAllBytes(weights));
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private HubSettings settings() {
    return settings(hub.endpoint(), Optional.of("secret"), false);
  }

  private HubSettings settings(URI endpoint, Optional<String> token, boolean offline) {
    return new HubSettings(
        endpoint, cache(), token, offline, Duration.ofMillis(1), Duration.ofMillis(500));
  }

  private Path cache() {
    return folder.resolve("cache");
  }

  private Path fetch(String name) {
    return fetch(name, settings());
  }

  private static Path fetch(String name, HubSettings settings) {
    return HubSnapshot.folder(HubName.parse(name).orElseThrow(), settings, HubProgress.none());
  }

  private void refused(String name, String message) {
    refused(name, settings(), message);
  }

  private static void refused(String name, HubSettings settings, String message) {
    assertThatThrownBy(() -> fetch(name, settings))
        .isInstanceOf(AttuneException.class)
        .hasMessage(message);
  }

  private List<String> weightRequests() {
    return hub.requests.stream().filter(line -> line.contains("GET /" + WEIGHTS)).toList();
  }

  @Test
  void fetchesWhatAttuneReadsIntoTheStandardLayout() throws IOException {
    Path snapshot = fetch("acme/tiny");

    Path repository = cache().resolve("models--acme--tiny");
    assertThat(snapshot).isEqualTo(repository.resolve("snapshots").resolve(COMMIT));
    try (Stream<Path> files = Files.list(snapshot)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("config.json", "vocab.txt", "chat_template.jinja", WEIGHTS);
    }
    assertThat(Files.readSymbolicLink(snapshot.resolve(WEIGHTS)))
        .isEqualTo(Path.of("../../blobs", FakeHub.sha256(hub.files.get(WEIGHTS))));
    assertThat(Files.readSymbolicLink(snapshot.resolve("config.json")))
        .isEqualTo(Path.of("../../blobs/etag-config.json"));
    assertThat(repository.resolve("refs/main")).hasContent(COMMIT);
    assertThat(repository.resolve(".no_exist").resolve(COMMIT).resolve("tokenizer.json")).exists();
    try (Weights weights = Weights.open(snapshot)) {
      assertThat(weights.load("a").toFloats()).hasSize(1000).containsOnly(1f);
    }
  }

  @Test
  void checkpointsOpenByName() {
    Map<String, String> environment =
        Map.of("HF_ENDPOINT", hub.endpoint() + "/", "HF_HUB_CACHE", cache().toString());
    List<String> heard = new ArrayList<>();
    try (Checkpoint checkpoint =
        Checkpoint.open(
            "acme/tiny",
            environment,
            (file, bytes, total) -> heard.add(file + " " + bytes + " of " + total))) {
      assertThat(checkpoint.name()).isEqualTo("acme/tiny");
      assertThat(checkpoint.config().requiredString("model_type")).isEqualTo("bert");
      assertThat(checkpoint.weights().names()).containsExactly("a");
    }
    assertThat(heard)
        .startsWith("config.json 0 of 22", "config.json 22 of 22")
        .contains(WEIGHTS + " " + hub.files.get(WEIGHTS).length + " of " + size());
    assertThat(hub.requests).noneMatch(line -> line.contains("+token"));
  }

  private int size() {
    return hub.files.get(WEIGHTS).length;
  }

  @Test
  void theSecondOpenAsksNobody() {
    Path first = fetch("acme/tiny");
    hub.requests.clear();
    assertThat(fetch("acme/tiny")).isEqualTo(first);
    assertThat(fetch("acme/tiny@" + COMMIT)).isEqualTo(first);
    assertThat(hub.requests).isEmpty();
  }

  @Test
  void theTokenGoesToTheHubAndNotToItsStorage() {
    fetch("acme/tiny");
    assertThat(hub.requests)
        .contains(
            "GET /api/models/acme/tiny/revision/main +token",
            "HEAD /acme/tiny/resolve/" + COMMIT + "/" + WEIGHTS + " +token",
            "GET /acme/tiny/resolve/" + COMMIT + "/" + WEIGHTS + " +token");
    assertThat(weightRequests()).containsExactly("GET /" + WEIGHTS);
    assertThat(settings()).asString().doesNotContain("secret");
  }

  @Test
  void aCutConnectionIsTakenUpWhereItBroke() throws IOException {
    hub.cuts.add(1000);
    Path snapshot = fetch("acme/tiny");
    assertThat(weightRequests())
        .containsExactly("GET /" + WEIGHTS, "GET /" + WEIGHTS + " bytes=1000-");
    assertThat(snapshot.resolve(WEIGHTS)).hasBinaryContent(hub.files.get(WEIGHTS));
  }

  @Test
  void aConnectionThatFallsSilentIsGivenUpAndTakenUpAgain() {
    hub.silent = true;
    hub.cuts.add(1000);
    Path snapshot = fetch("acme/tiny");
    assertThat(weightRequests())
        .containsExactly("GET /" + WEIGHTS, "GET /" + WEIGHTS + " bytes=1000-");
    assertThat(snapshot.resolve(WEIGHTS)).hasBinaryContent(hub.files.get(WEIGHTS));
  }

  @Test
  void aBrokenDownloadIsTakenUpByTheNextOpen() throws IOException {
    hub.cuts.add(1000);
    // More than the client's attempts: Java's own client may repeat a request that got no answer.
    hub.cuts.addAll(Collections.nCopies(20, 0));
    assertThatThrownBy(() -> fetch("acme/tiny"))
        .isInstanceOf(HubClient.Unreachable.class)
        .hasMessageStartingWith(
            "hub: " + hub.endpoint() + "/acme/tiny/resolve/" + COMMIT + "/" + WEIGHTS)
        .hasMessageEndingWith("(5 attempts); check the network and HF_ENDPOINT, or name a folder");
    Path blobs = cache().resolve("models--acme--tiny/blobs");
    String etag = FakeHub.sha256(hub.files.get(WEIGHTS));
    assertThat(blobs.resolve(etag + ".incomplete")).hasSize(1000);
    assertThat(blobs.resolve(etag)).doesNotExist();
    assertThat(cache().resolve("models--acme--tiny/refs/main")).doesNotExist();

    hub.cuts.clear();
    hub.requests.clear();
    Path snapshot = fetch("acme/tiny");
    assertThat(weightRequests()).containsExactly("GET /" + WEIGHTS + " bytes=1000-");
    assertThat(snapshot.resolve(WEIGHTS)).hasBinaryContent(hub.files.get(WEIGHTS));
    assertThat(blobs.resolve(etag + ".incomplete")).doesNotExist();
  }

  @Test
  void aServerWithoutRangesIsReadFromTheStart() throws IOException {
    hub.ranges = false;
    hub.cuts.add(1000);
    assertThat(fetch("acme/tiny").resolve(WEIGHTS)).hasBinaryContent(hub.files.get(WEIGHTS));
  }

  @Test
  void wrongBytesAreNotKept() {
    byte[] wrong = hub.files.get(WEIGHTS).clone();
    wrong[wrong.length - 1] ^= 1;
    hub.falsified.put(WEIGHTS, wrong);
    String expected = FakeHub.sha256(hub.files.get(WEIGHTS));
    refused(
        "acme/tiny",
        "hub: model.safetensors arrived with SHA-256 "
            + FakeHub.sha256(wrong)
            + ", expected "
            + expected
            + "; it was deleted, try again");
    Path repository = cache().resolve("models--acme--tiny");
    assertThat(repository.resolve("blobs").resolve(expected)).doesNotExist();
    assertThat(repository.resolve("blobs").resolve(expected + ".incomplete")).doesNotExist();
    assertThat(repository.resolve("snapshots").resolve(COMMIT).resolve(WEIGHTS)).doesNotExist();
    assertThat(repository.resolve("refs/main")).doesNotExist();
  }

  @Test
  void errorsOfAMomentAreTriedAgain() {
    hub.refusals.addAll(List.of("503", "429"));
    fetch("acme/tiny");
    assertThat(hub.requests.subList(0, 3))
        .containsOnly("GET /api/models/acme/tiny/revision/main +token");
  }

  @Test
  void modelsThatAreNotThere() {
    refused(
        "acme/gone",
        "hub: there is no model acme/gone at " + hub.endpoint() + ", and no folder of that name");
    hub.refusals.add("404 RevisionNotFound");
    refused(
        "acme/tiny@v9",
        "hub: acme/tiny at "
            + hub.endpoint()
            + " has no revision 'v9'; name a branch, a tag or a commit");
    URI nobody = URI.create("http://127.0.0.1:1");
    refused(
        "acme/tiny",
        settings(nobody, Optional.empty(), false),
        "hub: http://127.0.0.1:1/api/models/acme/tiny/revision/main could not be read:"
            + " ConnectException (2 attempts); check the network and HF_ENDPOINT, or name a folder");
  }

  @Test
  void modelsThatMayNotBeRead() {
    hub.refusals.add("401 GatedRepo");
    refused(
        "acme/tiny",
        "hub: acme/tiny is gated: accept its terms at "
            + hub.endpoint()
            + "/acme/tiny, then set HF_TOKEN to a token of that account");
    hub.refusals.add("403");
    refused(
        "acme/tiny",
        "hub: "
            + hub.endpoint()
            + " refuses acme/tiny (HTTP 403); HF_TOKEN is wrong, or may not read this model");
    HubSettings nameless = settings(hub.endpoint(), Optional.empty(), false);
    hub.refusals.add("401");
    refused(
        "acme/tiny",
        nameless,
        "hub: "
            + hub.endpoint()
            + " refuses acme/tiny (HTTP 401); set HF_TOKEN to a token that may read it");
    hub.refusals.add("401 RepoNotFound");
    refused(
        "acme/tiny",
        nameless,
        "hub: there is no model acme/tiny at "
            + hub.endpoint()
            + ", or it is private and HF_TOKEN is not set, and no folder of that name");
  }

  @Test
  void namesThatLeadOutAreRefused() throws IOException {
    for (String name : List.of("../../../x.json", "a/../../b", "/etc/passwd", "C:/x")) {
      hub.listedOnly.clear();
      hub.listedOnly.add(name);
      refused(
          "acme/tiny",
          "hub: acme/tiny lists the file '"
              + name
              + "', which leads out of its folder; nothing of it is fetched");
    }
    assertThat(cache()).doesNotExist();
  }

  @Test
  void shardsAreThoseTheIndexNames() {
    String index = "{\"weight_map\": {\"a\": \"model-1.safetensors\"}}";
    hub.files.put("model.safetensors.index.json", index.getBytes(StandardCharsets.UTF_8));
    hub.files.put("model-1.safetensors", hub.files.remove(WEIGHTS));
    hub.files.put("other.safetensors", new byte[8]);
    Path snapshot = fetch("acme/tiny");
    assertThat(snapshot.resolve("model-1.safetensors")).exists();
    assertThat(snapshot.resolve("other.safetensors")).doesNotExist();
  }

  @Test
  void shardNamesThatLeadOutAreRefused() {
    String index = "{\"weight_map\": {\"a\": \"../../x.safetensors\"}}";
    hub.files.put("model.safetensors.index.json", index.getBytes(StandardCharsets.UTF_8));
    hub.files.remove(WEIGHTS);
    refused(
        "acme/tiny",
        "checkpoint: model.safetensors.index.json names the file '../../x.safetensors', expected a"
            + " plain .safetensors name");
  }

  @Test
  void picklesAreNeverFetched() {
    hub.files.remove(WEIGHTS);
    refused(
        "acme/tiny",
        "hub: acme/tiny has its weights as pickles only (pytorch_model.bin), which can run code when"
            + " loaded and are never opened: convert them with transformers'"
            + " from_pretrained(\"acme/tiny\").save_pretrained(FOLDER), then name that FOLDER");
    assertThat(hub.requests).hasSize(1);
  }

  @Test
  void aPinnedCommitWritesNoRefAndMustBeWhatComes() {
    fetch("acme/tiny@" + COMMIT);
    assertThat(cache().resolve("models--acme--tiny/refs")).doesNotExist();
    String other = COMMIT.replace('0', 'f');
    refused(
        "acme/tiny@" + other,
        "hub: asked for acme/tiny@" + other + ", " + hub.endpoint() + " offers " + COMMIT);
  }

  @Test
  void branchesAreNamedInOnePathSegment() {
    fetch("acme/tiny@refs/pr/1");
    assertThat(hub.requests).contains("GET /api/models/acme/tiny/revision/refs%2Fpr%2F1 +token");
    assertThat(cache().resolve("models--acme--tiny/refs/refs/pr/1")).hasContent(COMMIT);
  }

  @Test
  void offlineOnlyTheCacheIsAsked() {
    HubSettings offline = settings(hub.endpoint(), Optional.empty(), true);
    refused(
        "acme/tiny",
        offline,
        "hub: acme/tiny is not in the cache "
            + cache()
            + ", no folder has that name, and HF_HUB_OFFLINE forbids asking "
            + hub.endpoint()
            + "; unset it, or name a folder");
    assertThat(hub.requests).isEmpty();
    Path snapshot = fetch("acme/tiny");
    hub.requests.clear();
    assertThat(fetch("acme/tiny", offline)).isEqualTo(snapshot);
    assertThat(hub.requests).isEmpty();
  }

  /** Other tools fetch file by file; what they left out is fetched, or done without. */
  @Test
  void aModelCachedInPartIsCompletedOrUsedAsItIs() throws IOException {
    Path snapshot = fetch("acme/tiny");
    Files.delete(snapshot.resolve("vocab.txt"));
    hub.refusals.addAll(List.of("500", "500", "500", "500", "500"));
    assertThat(fetch("acme/tiny")).isEqualTo(snapshot);
    assertThat(snapshot.resolve("vocab.txt")).doesNotExist();
    fetch("acme/tiny");
    assertThat(snapshot.resolve("vocab.txt")).exists();
  }
}
