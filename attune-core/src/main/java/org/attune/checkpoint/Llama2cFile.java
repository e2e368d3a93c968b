package org.attune.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attune.AttuneException;
import org.attune.tensor.DType;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;

/**
 * A model of llama2.c in its first format ("version 0"), little-endian: seven int32 (width D, inner
 * width F, layers L, heads H, key heads K, vocabulary V, longest text), then F32 tensors, each for
 * all layers at once: word embeddings, attention norms, query, key, value and output projections,
 * inner norms, gate, down and up projections, the last norm, two tables of rotary angles, and where
 * V is negative the language-model head. The file has no name or magic number: that its length is
 * exactly what the seven numbers need is what tells it.
 */
final class Llama2cFile implements WeightFile {
  private static final int HEADER = 7 * Integer.BYTES;
  private static final int MAX_SIZE = 1 << 24;
  private static final int NEWER = 0x616b3432; // "ak42", of versions 1 and 2

  private static final int BOS = 1;

  /**
   * Its training texts begin with the token that begins texts: the model writes it where one ends.
   */
  private static final List<Integer> ENDS = List.of(BOS, 2);

  private record Header(
      int width, int inner, int layers, int heads, int keyHeads, int vocabulary, int length) {}

  private final Path path;
  private final FileChannel channel;
  private final Header header;
  private final long available; // bytes of the file
  private final boolean tied;
  private final Map<String, TensorEntry> entries = new LinkedHashMap<>();
  private long end = HEADER; // of what is laid out so far

  private Llama2cFile(Path path, FileChannel channel, int[] numbers) throws IOException {
    this.path = path;
    this.channel = channel;
    this.available = channel.size();
    this.tied = numbers[5] > 0;
    this.header =
        new Header(
            size("dim", numbers[0]),
            size("hidden_dim", numbers[1]),
            size("n_layers", numbers[2]),
            size("n_heads", numbers[3]),
            size("n_kv_heads", numbers[4]),
            size("vocab_size", Math.abs(numbers[5])),
            size("seq_len", numbers[6]));
    if (header.width % (2 * header.heads) != 0 || header.heads % header.keyHeads != 0) {
      throw damaged(
          "has a width of "
              + header.width
              + " for "
              + header.heads
              + " heads and "
              + header.keyHeads
              + " key heads, which do not divide");
    }
    layOut();
    if (available < end) {
      throw tooShort();
    }
    if (available > end) {
      throw damaged("has " + available + " bytes, its header needs " + end);
    }
  }

  /**
   * Opens a file and checks that it is what its header says.
   *
   * @throws AttuneException when it is not
   */
  static Llama2cFile open(Path path) {
    if (!Files.isRegularFile(path)) { // to open a pipe would wait for its writer
      throw new AttuneException("llama2.c: " + path + " is not a regular file");
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      return new Llama2cFile(path, channel, numbers(path, channel));
    } catch (IOException e) {
      closeQuietly(channel);
      throw new AttuneException("llama2.c: " + path + " could not be read: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  private static int[] numbers(Path path, FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
      // Until the header is full or the file ends.
    }
    if (bytes.hasRemaining()) {
      throw new AttuneException(
          "llama2.c: " + path + " has " + bytes.position() + " bytes, too few for a header");
    }
    if (bytes.getInt(0) == NEWER) {
      throw new AttuneException(
          "llama2.c: "
              + path
              + " has version "
              + bytes.getInt(4)
              + " of the format, expected 0: export it with `export.py --version 0`, or as a"
              + " Hugging Face folder with `--version -1`");
    }
    int[] numbers = new int[7];
    bytes.flip().asIntBuffer().get(numbers);
    return numbers;
  }

  /** Whether a file is one, by its header and length. */
  static boolean matches(Path path) {
    try (Llama2cFile file = open(path)) {
      return !file.names().isEmpty();
    } catch (AttuneException e) {
      return false;
    }
  }

  private int size(String what, int number) {
    if (number < 1 || number > MAX_SIZE) {
      throw damaged("has " + what + " " + number + ", expected 1 to " + MAX_SIZE);
    }
    return number;
  }

  private AttuneException tooShort() {
    return damaged(
        "has " + available + " bytes, its header needs " + end + " at least; is it truncated?");
  }

  private AttuneException damaged(String what) {
    return new AttuneException(
        "llama2.c: "
            + path
            + " "
            + what
            + "; expected a model of llama2.c (version 0). PyTorch's .bin files are pickles, which can"
            + " run code when loaded and are never opened");
  }

  private void layOut() {
    long width = header.width;
    long inner = header.inner;
    long keys = width / header.heads * header.keyHeads;
    single("model.embed_tokens.weight", header.vocabulary, width);
    perLayer("input_layernorm.weight", width);
    perLayer("self_attn.q_proj.weight", width, width);
    perLayer("self_attn.k_proj.weight", keys, width);
    perLayer("self_attn.v_proj.weight", keys, width);
    perLayer("self_attn.o_proj.weight", width, width);
    perLayer("post_attention_layernorm.weight", width);
    perLayer("mlp.gate_proj.weight", inner, width);
    perLayer("mlp.down_proj.weight", width, inner);
    perLayer("mlp.up_proj.weight", inner, width);
    single("model.norm.weight", width);
    end += header.length * (width / header.heads) * Float.BYTES; // cosines and sines: not needed
    if (!tied) {
      single("lm_head.weight", header.vocabulary, width);
    }
  }

  private void perLayer(String name, long... dims) {
    for (int layer = 0; layer < header.layers; layer++) {
      single("model.layers." + layer + "." + name, dims);
    }
  }

  private void single(String name, long... dims) {
    Shape shape = Shape.of(dims);
    long begin = end;
    end += shape.numel() * Float.BYTES;
    if (end > available) { // at once: a header may claim millions of layers
      throw tooShort();
    }
    entries.put(name, new TensorEntry(name, DType.F32, shape, begin, end));
  }

  /** What config.json would say. */
  ConfigJson config() {
    Map<String, Object> rope = new LinkedHashMap<>();
    rope.put("rope_type", "default");
    rope.put("rope_theta", 10000.0);
    return ConfigJson.parse("{}")
        .with("architectures", List.of("LlamaForCausalLM"))
        .with("model_type", "llama")
        .with("vocab_size", header.vocabulary)
        .with("hidden_size", header.width)
        .with("intermediate_size", header.inner)
        .with("num_hidden_layers", header.layers)
        .with("num_attention_heads", header.heads)
        .with("num_key_value_heads", header.keyHeads)
        .with("max_position_embeddings", header.length)
        .with("hidden_act", "silu")
        .with("rms_norm_eps", 1e-5)
        .with("rope_parameters", rope)
        .with("tie_word_embeddings", tied)
        .with("bos_token_id", BOS)
        .with("eos_token_id", ENDS)
        .with("dtype", "float32");
  }

  /**
   * What generation_config.json would say: as run.c, which writes on until the text or the
   * positions end.
   */
  ConfigJson generation() {
    return ConfigJson.parse("{}")
        .with("bos_token_id", BOS)
        .with("eos_token_id", ENDS)
        .with("max_length", header.length);
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Set<String> names() {
    return entries.keySet();
  }

  @Override
  public TensorEntry entry(String name) {
    TensorEntry entry = entries.get(name);
    if (entry == null) {
      throw new AttuneException("llama2.c: " + path + " has no tensor '" + name + "'");
    }
    return entry;
  }

  @Override
  public Tensor tensor(String name) {
    TensorEntry entry = entry(name);
    return Scope.tidy(
        () -> {
          Tensor stored = read(entry);
          return name.endsWith("q_proj.weight")
              ? RotaryPairs.apart(stored, header.heads)
              : name.endsWith("k_proj.weight")
                  ? RotaryPairs.apart(stored, header.keyHeads)
                  : stored;
        });
  }

  private Tensor read(TensorEntry entry) {
    try {
      return StoredNumbers.read(channel, entry.begin(), entry.bytes(), GgufType.F32, entry.shape());
    } catch (IOException e) {
      throw new AttuneException("llama2.c: " + path + " could not be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }

  private static void closeQuietly(FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // Nothing was written, so nothing is lost.
      }
    }
  }
}
