package org.attune.models.bart;

import java.util.List;
import org.attune.AttuneException;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Flops;
import org.attune.nn.Activation;
import org.attune.nn.ActivationCount;

/**
 * The sizes and settings of a BART; names and defaults as in transformers' {@code BartConfig}.
 *
 * @param vocabSize V, number of pieces
 * @param width D, {@code d_model}, width of the hidden state
 * @param encoder sizes of the encoder
 * @param decoder sizes of the decoder
 * @param activation of the feed-forward layers
 * @param dropout probability of dropping an element of the hidden state
 * @param attentionDropout probability of dropping an attention weight
 * @param activationDropout probability of dropping an element inside a feed-forward layer
 * @param classifierDropout the same in a classification head
 * @param maxPositions longest input in tokens, of either stack
 * @param initializerRange standard deviation of new weights
 * @param scaledEmbedding whether word embeddings are multiplied by the root of D
 * @param padTokenId row of the word embeddings that gets no gradient; stands for ignored labels in
 *     the decoder's input
 * @param eosTokenId end of a text, where a sequence classifier looks
 * @param decoderStartTokenId what the decoder reads first
 * @param labels outputs of a classification head
 */
public record BartConfig(
    int vocabSize,
    int width,
    Stack encoder,
    Stack decoder,
    Activation activation,
    double dropout,
    double attentionDropout,
    double activationDropout,
    double classifierDropout,
    int maxPositions,
    double initializerRange,
    boolean scaledEmbedding,
    int padTokenId,
    int eosTokenId,
    int decoderStartTokenId,
    int labels) {

  /**
   * One stack of layers.
   *
   * @param layers how many
   * @param heads H, attention heads in a layer
   * @param feedForwardWidth F
   * @param layerDrop probability of leaving out a layer while training
   */
  public record Stack(int layers, int heads, int feedForwardWidth, double layerDrop) {
    private static Stack of(ConfigJson json, String name) {
      return new Stack(
          json.optionalInt(name + "_layers", 1, MAX_LAYERS).orElse(12),
          json.optionalInt(name + "_attention_heads", 1, MAX_LAYERS).orElse(16),
          json.optionalInt(name + "_ffn_dim", 1, MAX_SIZE).orElse(4096),
          json.optionalDouble(name + "_layerdrop", 0, 0.999).orElse(0));
    }
  }

  /** Far above any model published, far below what would overflow a product of two. */
  private static final int MAX_SIZE = 1 << 24;

  private static final int MAX_LAYERS = 1 << 12;

  /** Added to the mean square of the deviations in all norms; no config sets it. */
  static final double NORM_EPS = 1e-5;

  public BartConfig {
    requireDivisible(width, "encoder", encoder.heads());
    requireDivisible(width, "decoder", decoder.heads());
    requireInVocabulary("pad_token_id", padTokenId, vocabSize);
    requireInVocabulary("decoder_start_token_id", decoderStartTokenId, vocabSize);
  }

  private static void requireDivisible(int width, String stack, int heads) {
    if (width % heads != 0) {
      throw new AttuneException(
          "bart: d_model ("
              + width
              + ") must be divisible by "
              + stack
              + "_attention_heads ("
              + heads
              + ") [config.json]");
    }
  }

  private static void requireInVocabulary(String key, int id, int vocabSize) {
    if (id >= vocabSize) {
      throw new AttuneException(
          "bart: "
              + key
              + " ("
              + id
              + ") must be below vocab_size ("
              + vocabSize
              + ") [config.json]");
    }
  }

  /**
   * Reads and checks config.json.
   *
   * @throws AttuneException naming the key, its value and what is allowed
   */
  public static BartConfig of(ConfigJson json) {
    refuseUnsupported(json);
    boolean counted = json.namesLabels() || json.optionalInt("num_labels", 1, MAX_SIZE).isPresent();
    return new BartConfig(
        json.requiredInt("vocab_size", 1, MAX_SIZE),
        json.requiredInt("d_model", 1, MAX_SIZE),
        Stack.of(json, "encoder"),
        Stack.of(json, "decoder"),
        Activation.named(json.optionalString("activation_function").orElse("gelu")),
        json.optionalDouble("dropout", 0, 0.999).orElse(0.1),
        json.optionalDouble("attention_dropout", 0, 0.999).orElse(0),
        json.optionalDouble("activation_dropout", 0, 0.999).orElse(0),
        json.optionalDouble("classifier_dropout", 0, 0.999).orElse(0),
        json.optionalInt("max_position_embeddings", 1, MAX_SIZE).orElse(1024),
        json.optionalDouble("init_std", 0, 10).orElse(0.02),
        json.optionalBoolean("scale_embedding").orElse(false),
        json.optionalInt("pad_token_id", 0, MAX_SIZE).orElse(1),
        json.ints("eos_token_id").stream().findFirst().orElse(2),
        json.optionalInt("decoder_start_token_id", 0, MAX_SIZE).orElse(2),
        counted ? Math.max(1, json.labelCount()) : 3);
  }

  /** What no published BART does, and what this one therefore does not do either. */
  private static void refuseUnsupported(ConfigJson json) {
    if (!json.optionalBoolean("tie_word_embeddings").orElse(true)) {
      throw new AttuneException(
          "bart: tie_word_embeddings is false; only one table of word embeddings for both stacks"
              + " and the head is supported [config.json]");
    }
  }

  // ---- operations on a row, counted as Flops says

  /** Of both stacks, on T and U tokens. */
  double flops(long tokens, long decoderTokens) {
    double square = (double) width * width;
    double cross =
        Flops.products(2 * square, decoderTokens) // query and output
            + Flops.products(2 * square, tokens) // key and value
            + Flops.attention(width, decoderTokens, tokens);
    return stackFlops(encoder, tokens) + decoderFlops(decoderTokens) + decoder.layers() * cross;
  }

  /** Of the decoder without an encoder. */
  double decoderFlops(long tokens) {
    return stackFlops(decoder, tokens);
  }

  private double stackFlops(Stack stack, long tokens) {
    double elements = 4.0 * width * width + 2.0 * width * stack.feedForwardWidth();
    return stack.layers() * Flops.layer(elements, width, tokens);
  }

  // ---- memory of a training step

  /** Of both stacks, on T and U tokens a row. */
  ActivationCount activations(long rows, long length, long decoderLength) {
    double tokens = (double) rows * length;
    double decoderTokens = (double) rows * decoderLength;
    double block =
        selfNumbers(decoder, decoderTokens, decoderLength)
            + attentionNumbers(decoder, decoderTokens, length)
            + 2 * tokens * width; // keys and values of the encoder's states
    return new ActivationCount(
        List.of(
            new ActivationCount.Stack(
                encoder.layers(), selfNumbers(encoder, tokens, length), tokens * width),
            new ActivationCount.Stack(decoder.layers(), block, decoderTokens * width)),
        3 * (tokens + decoderTokens) * width);
  }

  /** Of the decoder without an encoder. */
  ActivationCount decoderActivations(long rows, long length) {
    double tokens = (double) rows * length;
    return new ActivationCount(
        List.of(
            new ActivationCount.Stack(
                decoder.layers(), selfNumbers(decoder, tokens, length), tokens * width)),
        3 * tokens * width);
  }

  /** Attention and feed-forward part of a post-norm layer. */
  private double selfNumbers(Stack stack, double tokens, long keys) {
    double inner = 2 + (activationDropout > 0 ? 1 : 0);
    return attentionNumbers(stack, tokens, keys)
        + tokens * (2.0 + (dropout > 0 ? 1 : 0)) * width
        + tokens * inner * stack.feedForwardWidth();
  }

  private double attentionNumbers(Stack stack, double tokens, long keys) {
    return tokens * (2.0 + (dropout > 0 ? 1 : 0)) * width
        + ActivationCount.attention(tokens, keys, width, stack.heads(), attentionDropout > 0);
  }
}
