package org.attune.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.attune.AttuneException;

/**
 * One repository in the cache, laid out as huggingface_hub does, so that either finds what the
 * other fetched:
 *
 * <pre>
 * models--OWNER--NAME/
 *   refs/REVISION                 the commit a branch or tag stood at when it was asked for
 *   snapshots/COMMIT/FILE      -> ../../blobs/ETAG
 *   blobs/ETAG                    the bytes, once however many commits have them
 *   blobs/ETAG.incomplete         bytes of a download that is under way, or broke off
 *   .no_exist/COMMIT/FILE         empty: the commit is known to have no such file
 * </pre>
 */
final class HubCache {
  private static final int COMMIT_LENGTH = 40;

  private final Path root;
  private final Path repository;

  HubCache(Path root, HubName name) {
    this.root = root;
    this.repository = root.resolve("models--" + name.owner() + "--" + name.name());
  }

  /** The commit a revision stood at when it was last asked for. */
  Optional<String> commit(String revision) {
    if (HubName.isCommit(revision)) {
      return Optional.of(revision);
    }
    Path ref = repository.resolve("refs").resolve(revision);
    try {
      if (!Files.isRegularFile(ref) || Files.size(ref) > 2 * COMMIT_LENGTH) {
        return Optional.empty();
      }
      return Optional.of(Files.readString(ref).strip()).filter(HubName::isCommit);
    } catch (IOException e) {
      throw new AttuneException("hub: " + ref + " could not be read: " + e.getMessage(), e);
    }
  }

  /** Remembers the commit of a branch or tag; a commit needs no remembering. */
  void remember(String revision, String commit) {
    if (!HubName.isCommit(revision)) {
      AtomicFiles.write(repository.resolve("refs").resolve(revision), commit);
    }
  }

  /** The folder of a commit's files. */
  Path snapshot(String commit) {
    return repository.resolve("snapshots").resolve(commit);
  }

  /** Whether a commit's file is here. */
  boolean has(String commit, String file) {
    return Files.isRegularFile(snapshot(commit).resolve(file));
  }

  /** Whether a commit is known to have no such file. */
  boolean lacks(String commit, String file) {
    return Files.exists(repository.resolve(".no_exist").resolve(commit).resolve(file));
  }

  void rememberLacking(String commit, String file) {
    if (!lacks(commit, file)) {
      AtomicFiles.write(repository.resolve(".no_exist").resolve(commit).resolve(file), "");
    }
  }

  /** Where the bytes of this ETag are kept when they are whole. */
  Path blob(String etag) {
    return repository.resolve("blobs").resolve(etag);
  }

  /** Where they gather before. */
  Path incomplete(String etag) {
    return repository.resolve("blobs").resolve(etag + ".incomplete");
  }

  /** Makes whole bytes appear as a commit's file: by a link, or moved where links are refused. */
  void link(String commit, String file, String etag) throws IOException {
    Path pointer = snapshot(commit).resolve(file);
    Files.createDirectories(pointer.getParent());
    try {
      Files.createSymbolicLink(pointer, pointer.getParent().relativize(blob(etag)));
    } catch (FileAlreadyExistsException e) {
      if (!Files.exists(pointer)) { // a link whose blob was deleted by hand
        Files.delete(pointer);
        Files.createSymbolicLink(pointer, pointer.getParent().relativize(blob(etag)));
      }
    } catch (UnsupportedOperationException | IOException e) {
      Files.move(blob(etag), pointer, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** What is done while no other process downloads the same bytes. */
  interface Exclusive {
    void run() throws IOException;
  }

  /** Runs an action while nobody else on this machine downloads the same bytes. */
  void locked(String etag, Exclusive action) throws IOException {
    Path file = root.resolve(".locks").resolve(repository.getFileName()).resolve(etag + ".lock");
    try {
      FileLocks.exclusively(
          file,
          () -> {
            try {
              Files.createDirectories(repository.resolve("blobs"));
              action.run();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
