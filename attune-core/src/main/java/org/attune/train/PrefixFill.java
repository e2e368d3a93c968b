package org.attune.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.attune.AttuneException;
import org.attune.Sha256;
import org.attune.UsageException;
import org.attune.checkpoint.AtomicFiles;
import org.attune.data.Batch;
import org.attune.nn.Module;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/** Makes {@link PrefixFile}s: runs the frozen layers over all rows of a data set, once. */
final class PrefixFill<M extends Module> {
  private static final int NAME_DIGITS = 32;

  private final TrainTask<? super M> task;
  private final M model;
  private final FrozenPrefix frozen;
  private final Precision precision;
  private final DType type;
  private final Path folder;
  private final Consumer<String> notes;

  PrefixFill(
      TrainTask<? super M> task,
      M model,
      FrozenPrefix frozen,
      Precision precision,
      DType type,
      Path folder,
      Consumer<String> notes) {
    this.task = task;
    this.model = model;
    this.frozen = frozen;
    this.precision = precision;
    this.type = type;
    this.folder = folder;
    this.notes = notes;
  }

  /** The file of a data set: one that is there, or a new one. */
  PrefixFile file(Encoded data) {
    model.train(false);
    var rows = new PrefixRows(data);
    List<int[]> batches = rows.batches();
    long[] prints = new long[rows.size()];
    MessageDigest digest = Sha256.digest();
    addWeights(digest);
    addTokens(digest, data, batches, prints);
    // What the layers make of the first batch speaks for all that the weights do not show: the
    // number of heads, the activation, the precision, the engine.
    PrefixFile.Header header;
    try (Scope scope = Scope.open()) {
      Tensor probe = run(data.batch(batches.get(0)));
      addNumbers(digest, probe);
      header = header(probe, data.length(batches.get(0)[0]));
    }
    String key = HexFormat.of().formatHex(digest.digest());
    Path path = folder.resolve("prefix-" + key.substring(0, NAME_DIGITS) + ".states");
    return PrefixFile.open(path, key, rows, prints)
        .map(
            found -> {
              notes.accept(describe("found", rows, found, path));
              return found;
            })
        .orElseGet(() -> make(path, key, header, rows, batches, prints));
  }

  private PrefixFile make(
      Path path,
      String key,
      PrefixFile.Header header,
      PrefixRows rows,
      List<int[]> batches,
      long[] prints) {
    long start = System.nanoTime();
    AtomicFiles.write(path, channel -> write(channel, key, header, rows, batches));
    PrefixFile made =
        PrefixFile.open(path, key, rows, prints)
            .orElseThrow(
                () ->
                    new AttuneException(
                        "prefix_cache: " + path + " does not hold what was written to it"));
    double seconds = (System.nanoTime() - start) / 1e9;
    notes.accept(describe(String.format("computed in %.1f s", seconds), rows, made, path));
    return made;
  }

  private String describe(String how, PrefixRows rows, PrefixFile file, Path path) {
    return String.format(
        "prefix cache: states behind %d frozen layers of %,d rows, %,d MB, %s: %s",
        frozen.layers(), rows.size(), (file.bytes() + (1 << 19)) >> 20, how, path);
  }

  private void write(
      FileChannel channel,
      String key,
      PrefixFile.Header header,
      PrefixRows rows,
      List<int[]> batches)
      throws IOException {
    MessageDigest digest = Sha256.digest();
    channel.position(PrefixFile.HEADER_BYTES);
    WritableByteChannel out = new Digesting(channel, digest);
    for (int[] batch : batches) {
      try (Scope scope = Scope.open()) {
        Tensor states = run(rows.data().batch(batch)).to(type);
        for (int i = 0; i < batch.length; i++) {
          long tokens = header.tokens(rows.length(batch[i]));
          Tensors.writeTo(states.select(0, i).narrow(0, 0, tokens), out);
        }
      }
    }
    ByteBuffer bytes =
        new PrefixFile.Header(
                key,
                header.width(),
                header.single(),
                type,
                header.states(),
                HexFormat.of().formatHex(digest.digest()))
            .bytes();
    channel.position(0);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Writes on, and keeps count of what was written. */
  private record Digesting(FileChannel channel, MessageDigest digest)
      implements WritableByteChannel {
    @Override
    public int write(ByteBuffer bytes) throws IOException {
      digest.update(bytes.duplicate());
      int all = bytes.remaining();
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      return all;
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() {} // the file's own writer closes it
  }

  private PrefixFile.Header header(Tensor states, int length) {
    boolean single = states.size(1) != length;
    return new PrefixFile.Header(
        "", Math.toIntExact(states.size(2)), single, type, states.dtype(), "");
  }

  /** The states [B, T, D] or [B, 1, D] behind the frozen layers. */
  private Tensor run(Batch batch) {
    List<Tensor> told = new ArrayList<>();
    frozen.stack().recordFirst(frozen.layers(), state -> told.add(state.detach().copy().keep()));
    try (Scope scope = Scope.open()) {
      Autograd.noGrad(() -> precision.run(() -> task.loss(model, batch)));
    } finally {
      frozen.stack().runWhole();
    }
    boolean usable =
        told.size() == 1
            && told.get(0).rank() == 3
            && told.get(0).size(0) == batch.rows()
            && (told.get(0).size(1) == batch.length() || told.get(0).size(1) == 1);
    if (!usable) {
      told.forEach(Tensor::close);
      throw new UsageException(
          "prefix_cache: this task does not pass each row of a batch through the layers once, so"
              + " that their states cannot be kept by row; leave prefix_cache out");
    }
    return Scope.tidy(() -> adopt(told.get(0)));
  }

  /** A tensor of the innermost scope in place of one of nobody. */
  private static Tensor adopt(Tensor kept) {
    Tensor own = kept.copy();
    kept.close();
    return own;
  }

  private void addWeights(MessageDigest digest) {
    add(digest, "layers " + frozen.layers() + ", " + type);
    frozen
        .parameters()
        .forEach(
            (name, parameter) -> {
              add(digest, name + " " + parameter.shape());
              addNumbers(digest, parameter.value());
            });
  }

  private static void addTokens(
      MessageDigest digest, Encoded data, List<int[]> batches, long[] prints) {
    for (int[] rows : batches) {
      Batch batch = data.batch(rows);
      for (int i = 0; i < rows.length; i++) {
        int length = data.length(rows[i]);
        prints[rows[i]] = PrefixRows.print(batch, i, length);
        ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES * (length + 1));
        bytes.putLong(rows[i]).putLong(length);
        for (int at = i * batch.length(); at < i * batch.length() + length; at++) {
          bytes.putLong(batch.inputIds()[at]).putLong(batch.typeIds()[at]);
        }
        digest.update(bytes.flip());
      }
    }
  }

  private static void add(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private static void addNumbers(MessageDigest digest, Tensor tensor) {
    try {
      Tensors.writeTo(tensor, new Feeding(digest));
    } catch (IOException e) {
      throw new IllegalStateException("a digest takes all it is given", e);
    }
  }

  /** A channel into a digest. */
  private record Feeding(MessageDigest digest) implements WritableByteChannel {
    @Override
    public int write(ByteBuffer bytes) {
      int all = bytes.remaining();
      digest.update(bytes);
      return all;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
