package org.attune.models.llama;

import java.util.List;
import java.util.OptionalInt;
import org.attune.AttuneException;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Flops;
import org.attune.nn.Activation;
import org.attune.nn.ActivationCount;

/**
 * The sizes and settings of a Llama, Mistral or Qwen2; names and defaults as in transformers'
 * {@code LlamaConfig}, {@code MistralConfig} and {@code Qwen2Config}.
 *
 * @param family {@code model_type}, for messages
 * @param vocabSize V, number of tokens
 * @param hiddenSize D, width of the hidden state
 * @param layers number of decoder layers
 * @param heads H, query heads in a layer
 * @param keyHeads K, key and value heads in a layer
 * @param headWidth E
 * @param intermediateSize F, width of the feed-forward layer
 * @param activation of the feed-forward layer's gate
 * @param attentionDropout probability of dropping an attention weight
 * @param classifierDropout the same of the hidden state before a token classification head
 * @param maxPositions longest input in tokens
 * @param rope frequencies of the rotary positions
 * @param window how many tokens, itself among them, a token sees at most
 * @param queryBias whether query, key and value have biases
 * @param outputBias whether attention's output has one
 * @param innerBias whether the feed-forward layer has them
 * @param normEps added to the mean square in norms
 * @param initializerRange standard deviation of new weights
 * @param tied whether the language-model head is the word embeddings
 * @param padTokenId row of the word embeddings that gets no gradient
 * @param labels outputs of a classification head
 */
public record LlamaConfig(
    String family,
    int vocabSize,
    int hiddenSize,
    int layers,
    int heads,
    int keyHeads,
    int headWidth,
    int intermediateSize,
    Activation activation,
    double attentionDropout,
    double classifierDropout,
    int maxPositions,
    RopeScaling rope,
    OptionalInt window,
    boolean queryBias,
    boolean outputBias,
    boolean innerBias,
    double normEps,
    double initializerRange,
    boolean tied,
    OptionalInt padTokenId,
    int labels) {

  /** Far above any model published, far below what would overflow a product of two. */
  private static final int MAX_SIZE = 1 << 24;

  public LlamaConfig {
    require(
        heads % keyHeads == 0,
        family,
        "num_attention_heads (" + heads + ") must be divisible by num_key_value_heads",
        keyHeads);
    require(headWidth % 2 == 0, family, "head_dim must be even to be rotated, got", headWidth);
  }

  private static void require(boolean holds, String family, String rule, int value) {
    if (!holds) {
      throw new AttuneException(family + ": " + rule + " (" + value + ") [config.json]");
    }
  }

  /** Reads and checks config.json of a Llama. */
  public static LlamaConfig llama(ConfigJson json) {
    boolean bias = json.optionalBoolean("attention_bias").orElse(false);
    boolean innerBias = json.optionalBoolean("mlp_bias").orElse(false);
    int heads = json.requiredInt("num_attention_heads", 1, 1 << 12);
    return of(json, "llama", heads, 2048, OptionalInt.empty(), new Biases(bias, bias, innerBias));
  }

  /** Reads and checks config.json of a Mistral. */
  public static LlamaConfig mistral(ConfigJson json) {
    OptionalInt window =
        json.names("sliding_window")
            ? json.optionalInt("sliding_window", 1, Integer.MAX_VALUE)
            : OptionalInt.of(4096);
    return of(json, "mistral", 8, 1 << 17, window, new Biases(false, false, false));
  }

  /**
   * Reads and checks config.json of a Qwen2.
   *
   * @throws AttuneException when only some of its layers have a sliding window
   */
  public static LlamaConfig qwen2(ConfigJson json) {
    OptionalInt window = OptionalInt.empty();
    if (json.optionalBoolean("use_sliding_window").orElse(false)) {
      int first = json.optionalInt("max_window_layers", 0, 1 << 12).orElse(28);
      int layers = json.requiredInt("num_hidden_layers", 1, 1 << 12);
      if (first > 0 && first < layers) {
        throw new AttuneException(
            "qwen2: max_window_layers ("
                + first
                + ") gives a sliding window to some of "
                + layers
                + " layers; only all (0) or none are supported [config.json]");
      }
      window =
          first > 0
              ? OptionalInt.empty()
              : json.names("sliding_window")
                  ? json.optionalInt("sliding_window", 1, Integer.MAX_VALUE)
                  : OptionalInt.of(4096);
    }
    return of(json, "qwen2", 32, 1 << 15, window, new Biases(true, false, false));
  }

  private record Biases(boolean query, boolean output, boolean inner) {}

  private static LlamaConfig of(
      ConfigJson json,
      String family,
      int defaultKeyHeads,
      int defaultPositions,
      OptionalInt window,
      Biases biases) {
    int width = json.requiredInt("hidden_size", 1, MAX_SIZE);
    int heads = json.requiredInt("num_attention_heads", 1, 1 << 12);
    // Without a width of its own a head gets an even share.
    OptionalInt headWidth = json.optionalInt("head_dim", 1, MAX_SIZE);
    require(
        headWidth.isPresent() || width % heads == 0,
        family,
        "hidden_size (" + width + ") must be divisible by num_attention_heads",
        heads);
    int keyHeads =
        json.optionalInt("num_key_value_heads", 1, 1 << 12)
            .orElse(json.names("num_key_value_heads") ? heads : defaultKeyHeads);
    int positions =
        json.optionalInt("max_position_embeddings", 1, MAX_SIZE).orElse(defaultPositions);
    return new LlamaConfig(
        family,
        json.requiredInt("vocab_size", 1, MAX_SIZE),
        width,
        json.requiredInt("num_hidden_layers", 1, 1 << 12),
        heads,
        keyHeads,
        headWidth.orElse(width / heads),
        json.requiredInt("intermediate_size", 1, MAX_SIZE),
        Activation.named(json.optionalString("hidden_act").orElse("silu")),
        json.optionalDouble("attention_dropout", 0, 0.999).orElse(0),
        json.optionalDouble("classifier_dropout", 0, 0.999)
            .orElse(json.optionalDouble("hidden_dropout", 0, 0.999).orElse(0.1)),
        positions,
        RopeScaling.of(json, positions, family),
        window,
        biases.query(),
        biases.output(),
        biases.inner(),
        json.optionalDouble("rms_norm_eps", 0, 1).orElse(1e-6),
        json.optionalDouble("initializer_range", 0, 10).orElse(0.02),
        json.optionalBoolean("tie_word_embeddings").orElse(false),
        json.optionalInt("pad_token_id", -1, MAX_SIZE),
        Math.max(1, json.labelCount()));
  }

  /** Most tokens that the positions reach, stretched ones included. */
  int reach() {
    return rope.reach(maxPositions);
  }

  /** Operations of the layers on a row, counted as {@link Flops} says: a window saves none. */
  double flops(long tokens) {
    double queries = (double) heads * headWidth; // H E
    double keys = (double) keyHeads * headWidth; // K E
    double elements = hiddenSize * (2 * queries + 2 * keys + 3.0 * intermediateSize);
    return layers * Flops.layer(elements, queries, tokens);
  }

  // ---- memory of a training step

  /** Pre-norm layers; a norm keeps its input, the same scaled, and what it gives. */
  ActivationCount activations(long rows, long length) {
    double tokens = (double) rows * length;
    double width = hiddenSize;
    double mixed = (double) heads * headWidth;
    double layer =
        tokens * (6 * width + 4.0 * intermediateSize)
            + ActivationCount.attention(tokens, length, mixed, heads, attentionDropout > 0);
    return new ActivationCount(
        List.of(new ActivationCount.Stack(layers, layer, tokens * width)), 3 * tokens * width);
  }
}
