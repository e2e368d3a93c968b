package org.attune.checkpoint;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attune.AttuneException;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.text.GgufVocabulary;

/**
 * A GGUF file of the Llama family, with the names and the order of elements that transformers has.
 * llama.cpp's converter stores the query and key rows of the architecture {@code llama} in pairs of
 * neighbours, those of {@code qwen2} as they are.
 */
final class GgufModel implements WeightFile {
  private static final Pattern BLOCK = Pattern.compile("blk\\.(\\d{1,6})\\.([a-z_]+)\\.(\\w+)");

  /** Tables the model can do without: what is in them is in the metadata too. */
  private static final Set<String> LEFT_OUT =
      Set.of(GgufConfig.ROPE_FACTORS, "rope_factors_long.weight", "rope_factors_short.weight");

  private static final Map<String, String> NAMES =
      Map.of(
          "token_embd.weight", "model.embed_tokens.weight",
          "output_norm.weight", "model.norm.weight",
          "output.weight", "lm_head.weight");

  private static final Map<String, String> BLOCK_NAMES =
      Map.of(
          "attn_norm", "input_layernorm",
          "ffn_norm", "post_attention_layernorm",
          "attn_q", "self_attn.q_proj",
          "attn_k", "self_attn.k_proj",
          "attn_v", "self_attn.v_proj",
          "attn_output", "self_attn.o_proj",
          "ffn_gate", "mlp.gate_proj",
          "ffn_up", "mlp.up_proj",
          "ffn_down", "mlp.down_proj");

  private final GgufFile file;
  private final GgufConfig config;
  private final Map<String, String> stored = new LinkedHashMap<>(); // the file's name by ours

  private GgufModel(GgufFile file, GgufConfig config) {
    this.file = file;
    this.config = config;
    for (String name : file.names()) {
      if (!LEFT_OUT.contains(name) && stored.put(renamed(name), name) != null) {
        throw new AttuneException("gguf: " + file.path() + " has two tensors for " + renamed(name));
      }
    }
  }

  /**
   * Opens a file.
   *
   * @throws AttuneException when it is damaged, or of no family that is read
   */
  static GgufModel open(Path path) {
    GgufFile file = GgufFile.open(path);
    try {
      return new GgufModel(file, GgufConfig.of(file));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static String renamed(String name) {
    Matcher block = BLOCK.matcher(name);
    if (block.matches() && BLOCK_NAMES.containsKey(block.group(2))) {
      return "model.layers."
          + block.group(1)
          + "."
          + BLOCK_NAMES.get(block.group(2))
          + "."
          + block.group(3);
    }
    return NAMES.getOrDefault(name, name); // what is not known is reported when it is loaded
  }

  ConfigJson config() {
    return config.json();
  }

  /** What generation_config.json would say: the tokens that begin, end and fill texts. */
  ConfigJson generation() {
    ConfigJson generation = ConfigJson.parse("{}");
    for (String role : List.of("bos_token_id", "eos_token_id", "pad_token_id")) {
      List<Integer> ids = config.json().ints(role);
      if (!ids.isEmpty()) {
        generation = generation.with(role, ids.size() == 1 ? ids.get(0) : ids);
      }
    }
    return generation;
  }

  /** The tokenizer in the file, if it has one. */
  Optional<GgufVocabulary> vocabulary() {
    return GgufTokens.of(file);
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(stored.keySet());
  }

  @Override
  public TensorEntry entry(String name) {
    TensorEntry entry = file.entry(stored.getOrDefault(name, name));
    return new TensorEntry(name, entry.dtype(), entry.shape(), entry.begin(), entry.end());
  }

  @Override
  public Tensor tensor(String name) {
    String own = stored.getOrDefault(name, name);
    return Scope.tidy(
        () -> {
          Tensor tensor = file.tensor(own);
          int heads = heads(own, tensor);
          return heads == 0 ? tensor : RotaryPairs.apart(tensor, heads);
        });
  }

  /** Heads whose rows lie in pairs; 0 when they do not. */
  private int heads(String name, Tensor tensor) {
    Matcher block = BLOCK.matcher(name);
    if (!config.pairs() || !block.matches() || !block.group(2).matches("attn_[qk]")) {
      return 0;
    }
    int heads = block.group(2).equals("attn_q") ? config.heads() : config.keyHeads();
    if (tensor.size(0) % (2L * heads) != 0) {
      throw new AttuneException(
          "gguf: "
              + name
              + " has "
              + tensor.size(0)
              + " rows, which "
              + heads
              + " heads do not share evenly");
    }
    return heads;
  }

  @Override
  public void close() {
    file.close();
  }
}
