package org.attune.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attune.AttuneException;
import org.attune.tensor.Scope;

/**
 * The config.json that a GGUF file's metadata stands for.
 *
 * @param json as transformers would have written it
 * @param heads query heads
 * @param keyHeads key and value heads
 * @param pairs whether query and key rows lie in pairs of neighbours
 */
record GgufConfig(ConfigJson json, int heads, int keyHeads, boolean pairs) {
  /** The tensor in which llama.cpp keeps what Llama 3.1's scaling divides each frequency by. */
  static final String ROPE_FACTORS = "rope_freqs.weight";

  private static final Map<String, String> CLASSES = Map.of("llama", "Llama", "qwen2", "Qwen2");
  private static final long MAX_SIZE = 1 << 24;

  /** What all published models with Llama 3.1's scaling have. */
  private static final double LOW = 1;

  private static final double HIGH = 4;
  private static final int TRAINED = 8192;

  static GgufConfig of(GgufFile file) {
    return new Reader(file).read();
  }

  private static final class Reader {
    private final GgufFile file;
    private final GgufHeader header;
    private final String family;

    Reader(GgufFile file) {
      this.file = file;
      header = file.header();
      family = header.string("general.architecture").orElse("");
      if (!CLASSES.containsKey(family)) {
        throw fault("is of the architecture '" + family + "'; known are llama, qwen2");
      }
    }

    GgufConfig read() {
      int heads = required("attention.head_count");
      int keyHeads = optional("attention.head_count_kv").orElse(heads);
      int width = required("embedding_length");
      int headWidth = optional("attention.key_length").orElse(width / heads);
      optional("expert_count").ifPresent(n -> refuse("expert_count", n, "no mixture of experts"));
      optional("rope.dimension_count")
          .filter(rotated -> rotated != headWidth)
          .ifPresent(rotated -> refuse("rope.dimension_count", rotated, "whole heads"));
      int length = required("context_length");
      ConfigJson json =
          ConfigJson.parse("{}")
              .with("architectures", List.of(CLASSES.get(family) + "ForCausalLM"))
              .with("model_type", family)
              .with("vocab_size", vocabulary())
              .with("hidden_size", width)
              .with("intermediate_size", required("feed_forward_length"))
              .with("num_hidden_layers", required("block_count"))
              .with("num_attention_heads", heads)
              .with("num_key_value_heads", keyHeads)
              .with("head_dim", headWidth)
              .with("max_position_embeddings", length)
              .with("hidden_act", "silu")
              .with("rms_norm_eps", norm())
              .with("rope_parameters", rope(headWidth, length))
              .with("tie_word_embeddings", !file.names().contains("output.weight"))
              .with("attention_bias", file.names().contains("blk.0.attn_output.bias"))
              .with("mlp_bias", file.names().contains("blk.0.ffn_down.bias"))
              .with("dtype", "float32");
      return new GgufConfig(withTokens(json), heads, keyHeads, family.equals("llama"));
    }

    private double norm() {
      return header
          .number(family + ".attention.layer_norm_rms_epsilon")
          .orElseThrow(() -> fault("does not say attention.layer_norm_rms_epsilon"));
    }

    /** The embeddings know best how many tokens there are. */
    private long vocabulary() {
      return file.entry("token_embd.weight").shape().size(0);
    }

    private ConfigJson withTokens(ConfigJson json) {
      List<Integer> ends = new ArrayList<>();
      for (String role : List.of("eos", "eot", "eom")) { // end of text, of a turn, of a message
        token(role).filter(id -> !ends.contains(id)).ifPresent(ends::add);
      }
      ConfigJson result = json;
      if (!ends.isEmpty()) {
        result = result.with("eos_token_id", ends.size() == 1 ? ends.get(0) : ends);
      }
      Optional<Integer> bos = token("bos");
      result = bos.isPresent() ? result.with("bos_token_id", bos.get()) : result;
      Optional<Integer> pad = token("padding");
      return pad.isPresent() ? result.with("pad_token_id", pad.get()) : result;
    }

    /** A token with a meaning; what is no token, as an unsigned -1, is passed over. */
    private Optional<Integer> token(String role) {
      return header
          .integer("tokenizer.ggml." + role + "_token_id")
          .filter(id -> id >= 0 && id < vocabulary())
          .map(Long::intValue);
    }

    // ---- rotary positions

    private Map<String, Object> rope(int headWidth, int length) {
      Map<String, Object> rope = new LinkedHashMap<>();
      rope.put("rope_theta", header.number(family + ".rope.freq_base").orElse(10000.0));
      String type = header.string(family + ".rope.scaling.type").orElse("none");
      switch (type) {
        case "none" -> rope.put("rope_type", "default");
        case "linear", "yarn" -> {
          rope.put("rope_type", type);
          rope.put(
              "factor",
              header
                  .number(family + ".rope.scaling.factor")
                  .orElseThrow(() -> fault("does not say rope.scaling.factor")));
          if (type.equals("yarn")) {
            rope.put(
                "original_max_position_embeddings",
                optional("rope.scaling.original_context_length").orElse(length));
          }
        }
        default -> throw fault("has rope.scaling.type '" + type + "'; known are linear, yarn");
      }
      if (file.names().contains(ROPE_FACTORS)) {
        llama3(rope, headWidth);
      }
      return rope;
    }

    /**
     * The file keeps only what the scaling comes to: a factor for each frequency. It is given back
     * as the numbers of config.json when those come to the same.
     */
    private void llama3(Map<String, Object> rope, int headWidth) {
      float[] factors;
      try (Scope scope = Scope.open()) {
        if (file.entry(ROPE_FACTORS).shape().numel() != headWidth / 2) {
          throw fault("has not " + headWidth / 2 + " numbers in " + ROPE_FACTORS);
        }
        factors = file.tensor(ROPE_FACTORS).toFloats();
      }
      double factor = 1;
      for (float one : factors) {
        factor = Math.max(factor, one);
      }
      double theta = (double) rope.get("rope_theta");
      for (int i = 0; i < factors.length; i++) {
        double turns = TRAINED * Math.pow(theta, -2.0 * i / headWidth) / (2 * Math.PI);
        double smooth = Math.min(1, Math.max(0, (turns - LOW) / (HIGH - LOW)));
        double expected = 1 / ((1 - smooth) / factor + smooth);
        if (!(Math.abs(factors[i] - expected) <= 1e-3 * expected)) {
          throw fault(
              "scales its frequencies by " + ROPE_FACTORS + " in another way than Llama 3.1");
        }
      }
      rope.put("rope_type", "llama3");
      rope.put("factor", factor);
      rope.put("low_freq_factor", LOW);
      rope.put("high_freq_factor", HIGH);
      rope.put("original_max_position_embeddings", TRAINED);
    }

    // ---- numbers

    private int required(String key) {
      return optional(key).orElseThrow(() -> fault("does not say " + key));
    }

    private Optional<Integer> optional(String key) {
      Optional<Long> value = header.integer(family + "." + key);
      value.ifPresent(
          number -> {
            if (number < 0 || number > MAX_SIZE) {
              throw fault("has " + key + " " + number + ", expected at most " + MAX_SIZE);
            }
          });
      // None of what is read here is there and zero: 0 experts are none.
      return value.filter(number -> number > 0).map(Long::intValue);
    }

    private void refuse(String key, int number, String expected) {
      throw fault("has " + key + " " + number + ", expected " + expected);
    }

    private AttuneException fault(String what) {
      return new AttuneException("gguf: " + file.path() + " " + what);
    }
  }
}
