package org.attune.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import org.attune.AttuneException;
import org.attune.Sha256;
import org.attune.checkpoint.HubClient.RemoteFile;

/**
 * Brings files of one commit into the cache. Bytes gather in {@code ETAG.incomplete}, which a later
 * attempt, in this process or another, goes on with; they become a file when they are all there and
 * have the hash that the hub tells.
 */
final class HubDownload {
  private static final long MAX_WEIGHTS_BYTES = 200L << 30;
  private static final long MAX_OTHER_BYTES = 256L << 20;
  private static final int CHUNK = 1 << 18;

  private final HubClient client;
  private final HubCache cache;
  private final String commit;
  private final HubProgress progress;

  HubDownload(HubClient client, HubCache cache, String commit, HubProgress progress) {
    this.client = client;
    this.cache = cache;
    this.commit = commit;
    this.progress = progress;
  }

  /**
   * Makes a file part of the commit's snapshot, fetching it unless its bytes are here already.
   *
   * @throws AttuneException when it is too large, arrives damaged, or cannot be had
   */
  void bring(String name) {
    if (cache.has(commit, name)) {
      return;
    }
    RemoteFile file = client.describe(commit, name);
    long most = name.endsWith(".safetensors") ? MAX_WEIGHTS_BYTES : MAX_OTHER_BYTES;
    if (file.size() < 0 || file.size() > most) {
      throw new AttuneException(
          "hub: " + name + " has " + file.size() + " bytes, expected at most " + most);
    }
    try {
      cache.locked(
          file.etag(),
          () -> {
            if (!Files.isRegularFile(cache.blob(file.etag()))) {
              fetch(file);
            }
            cache.link(commit, name, file.etag());
          });
    } catch (IOException e) {
      throw new AttuneException(
          "hub: "
              + name
              + " cannot be kept in "
              + cache.blob(file.etag()).getParent()
              + ": "
              + e.getMessage()
              + "; free some space there, or set HF_HUB_CACHE to another folder",
          e);
    }
  }

  private void fetch(RemoteFile file) throws IOException {
    Path incomplete = cache.incomplete(file.etag());
    if (Files.exists(incomplete) && Files.size(incomplete) > file.size()) {
      Files.delete(incomplete);
    }
    try (FileChannel out =
        FileChannel.open(incomplete, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      checkSpace(file, incomplete, out.size());
      receive(file, out);
      out.force(true);
    }
    checkHash(file, incomplete);
    Files.move(incomplete, cache.blob(file.etag()), StandardCopyOption.ATOMIC_MOVE);
  }

  private static void checkSpace(RemoteFile file, Path incomplete, long have) throws IOException {
    long free = Files.getFileStore(incomplete).getUsableSpace();
    if (file.size() - have > free) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%.1f GB are to come, %.1f GB are free",
              (file.size() - have) / 1e9,
              free / 1e9));
    }
  }

  /** Fills the file up; each attempt goes on where the one before broke off. */
  private void receive(RemoteFile file, FileChannel out) throws IOException {
    int failures = 0;
    while (out.size() < file.size()) {
      long before = out.size();
      try (Answer answer =
          new Answer(client.open(commit, file, before), before, client.patience())) {
        out.truncate(answer.from());
        copy(file, answer, out);
      } catch (Broken e) {
        // A long download may break more often than a short one: bytes that came are a success.
        failures = out.size() > before ? 1 : failures + 1;
        if (failures >= HubClient.ATTEMPTS) {
          throw client.brokenOff(commit, file, e.why(), failures);
        }
        client.pause(failures);
      }
    }
    progress.downloaded(file.name(), file.size(), file.size());
  }

  private void copy(RemoteFile file, Answer answer, FileChannel out) throws IOException {
    byte[] chunk = new byte[CHUNK];
    long at = answer.from();
    out.position(at);
    while (at < file.size()) {
      progress.downloaded(file.name(), at, file.size());
      int count = answer.read(chunk, (int) Math.min(CHUNK, file.size() - at));
      ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, count);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      at += count;
    }
  }

  private static void checkHash(RemoteFile file, Path incomplete) throws IOException {
    if (file.sha256().isEmpty()) {
      return;
    }
    String found = sha256(incomplete);
    if (!found.equals(file.sha256().get())) {
      Files.delete(incomplete);
      throw new AttuneException(
          "hub: "
              + file.name()
              + " arrived with SHA-256 "
              + found
              + ", expected "
              + file.sha256().get()
              + "; it was deleted, try again");
    }
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest = Sha256.digest();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The connection failed, as opposed to the disk: to be tried again. */
  private static final class Broken extends IOException {
    private static final long serialVersionUID = 1L;
    private final IOException why;

    Broken(IOException why) {
      super(why);
      this.why = why;
    }

    IOException why() {
      return why;
    }
  }

  /** A body and the place in the file where it begins. */
  private static final class Answer implements AutoCloseable {
    private final HttpResponse<InputStream> response;
    private final long from;
    private final StallGuard guard;

    Answer(HttpResponse<InputStream> response, long asked, Duration patience) {
      this.response = response;
      this.guard = new StallGuard(response.body(), patience);
      // 200: the server does not resume; 416: what is here is no beginning of its file.
      this.from = response.statusCode() == 206 && rangeBegins(response, asked) ? asked : 0;
    }

    private static boolean rangeBegins(HttpResponse<InputStream> response, long asked) {
      return response
          .headers()
          .firstValue("Content-Range")
          .map(range -> range.startsWith("bytes " + asked + "-"))
          .orElse(false);
    }

    long from() {
      return from;
    }

    /** Reads at least one byte. */
    int read(byte[] chunk, int most) throws Broken {
      try {
        if (response.statusCode() == 416 || (response.statusCode() == 206 && from == 0)) {
          throw new EOFException("the range asked for was not served");
        }
        int count = response.body().read(chunk, 0, most);
        if (count < 0) {
          throw new EOFException("the connection ended early");
        }
        guard.bytesCame();
        return count;
      } catch (IOException e) {
        throw new Broken(guard.isSilent() ? new IOException("no more bytes came", e) : e);
      }
    }

    @Override
    public void close() {
      guard.close();
      try {
        response.body().close();
      } catch (IOException e) {
        // The bytes that count were read.
      }
    }
  }
}
