package org.attune.models.t5;

import java.util.List;
import org.attune.AttuneException;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Flops;
import org.attune.nn.Activation;
import org.attune.nn.ActivationCount;

/**
 * The sizes and settings of a T5; names and defaults as in transformers' {@code T5Config}.
 *
 * @param vocabSize V, number of pieces
 * @param width D, {@code d_model}, width of the hidden state
 * @param headWidth E, {@code d_kv}, which need not be D / H
 * @param feedForwardWidth F, {@code d_ff}
 * @param layers of the encoder
 * @param decoderLayers of the decoder
 * @param heads H, attention heads in a layer
 * @param buckets number of relative distances that are told apart
 * @param maxDistance from which on all distances are one
 * @param dropout probability of dropping an element, everywhere
 * @param classifierDropout the same in a classification head
 * @param normEps added to the mean square in norms
 * @param initializerFactor multiple of the deviations new weights start with
 * @param activation of the feed-forward layer
 * @param gated whether that is GEGLU's form, activation(W0 x) * W1 x (v1.1, Flan)
 * @param tied whether the head's matrix is the word embeddings
 * @param scaledHead whether the head reads states times D^-0.5 (v1.0)
 * @param padTokenId what stands for ignored labels in the decoder's input
 * @param eosTokenId end of a text, where a sequence classifier looks
 * @param decoderStartTokenId what the decoder reads first
 * @param labels outputs of a classification head
 */
public record T5Config(
    int vocabSize,
    int width,
    int headWidth,
    int feedForwardWidth,
    int layers,
    int decoderLayers,
    int heads,
    int buckets,
    int maxDistance,
    double dropout,
    double classifierDropout,
    double normEps,
    double initializerFactor,
    Activation activation,
    boolean gated,
    boolean tied,
    boolean scaledHead,
    int padTokenId,
    int eosTokenId,
    int decoderStartTokenId,
    int labels) {

  /** Far above any model published, far below what would overflow a product of two. */
  private static final int MAX_SIZE = 1 << 24;

  private static final int MAX_LAYERS = 1 << 12;

  public T5Config {
    // Half of the buckets are for each direction, and half of those for single distances.
    if (buckets < 4 || maxDistance <= buckets / 2) {
      throw new AttuneException(
          "t5: relative_attention_num_buckets ("
              + buckets
              + ") must be at least 4 and relative_attention_max_distance ("
              + maxDistance
              + ") above half of it [config.json]");
    }
    requireInVocabulary("pad_token_id", padTokenId, vocabSize);
    requireInVocabulary("decoder_start_token_id", decoderStartTokenId, vocabSize);
  }

  private static void requireInVocabulary(String key, int id, int vocabSize) {
    if (id >= vocabSize) {
      throw new AttuneException(
          "t5: "
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
  public static T5Config of(ConfigJson json) {
    String form = json.optionalString("feed_forward_proj").orElse("relu");
    boolean gated = form.startsWith("gated-");
    String activation = gated ? form.substring("gated-".length()) : form;
    int layers = json.optionalInt("num_layers", 1, MAX_LAYERS).orElse(6);
    int pad = json.optionalInt("pad_token_id", 0, MAX_SIZE).orElse(0);
    boolean tied = json.optionalBoolean("tie_word_embeddings").orElse(true);
    return new T5Config(
        json.requiredInt("vocab_size", 1, MAX_SIZE),
        json.requiredInt("d_model", 1, MAX_SIZE),
        json.optionalInt("d_kv", 1, MAX_SIZE).orElse(64),
        json.requiredInt("d_ff", 1, MAX_SIZE),
        layers,
        json.optionalInt("num_decoder_layers", 1, MAX_LAYERS).orElse(layers),
        json.requiredInt("num_heads", 1, MAX_LAYERS),
        json.optionalInt("relative_attention_num_buckets", 1, MAX_SIZE).orElse(32),
        json.optionalInt("relative_attention_max_distance", 1, MAX_SIZE).orElse(128),
        json.optionalDouble("dropout_rate", 0, 0.999).orElse(0.1),
        json.optionalDouble("classifier_dropout", 0, 0.999).orElse(0),
        json.optionalDouble("layer_norm_epsilon", 0, 1).orElse(1e-6),
        json.optionalDouble("initializer_factor", 0, 1000).orElse(1),
        // v1.1 was trained with the tanh form and says "gelu".
        form.equals("gated-gelu") ? Activation.GELU_NEW : Activation.named(activation),
        gated,
        tied,
        json.optionalBoolean("scale_decoder_outputs").orElse(tied),
        pad,
        json.ints("eos_token_id").stream().findFirst().orElse(1),
        json.optionalInt("decoder_start_token_id", 0, MAX_SIZE).orElse(pad),
        Math.max(1, json.labelCount()));
  }

  // ---- operations on a row, counted as Flops says

  /** Of the encoder on T tokens. */
  double encoderFlops(long tokens) {
    return layers * Flops.layer(4 * attentionElements() + innerElements(), inner(), tokens);
  }

  /** Of the decoder on U tokens over an encoder's T. */
  double decoderFlops(long tokens, long decoderTokens) {
    double own = Flops.layer(4 * attentionElements() + innerElements(), inner(), decoderTokens);
    double cross =
        Flops.products(2 * attentionElements(), decoderTokens) // query and output
            + Flops.products(2 * attentionElements(), tokens) // key and value
            + Flops.attention(inner(), decoderTokens, tokens);
    return decoderLayers * (own + cross);
  }

  private double inner() {
    return (double) heads * headWidth; // H E
  }

  private double attentionElements() {
    return width * inner();
  }

  private double innerElements() {
    return (gated ? 3.0 : 2.0) * width * feedForwardWidth;
  }

  // ---- memory of a training step

  /** Of the encoder alone. */
  ActivationCount encoderActivations(long rows, long length) {
    double tokens = (double) rows * length;
    double block = attentionNumbers(tokens, length) + feedForwardNumbers(tokens);
    return new ActivationCount(
        List.of(new ActivationCount.Stack(layers, block, tokens * width)),
        3 * tokens * width + tokens * heads * length);
  }

  /** Of both stacks, on T and U tokens a row. */
  ActivationCount activations(long rows, long length, long decoderLength) {
    ActivationCount encoder = encoderActivations(rows, length);
    double tokens = (double) rows * decoderLength;
    double block =
        attentionNumbers(tokens, decoderLength)
            + attentionNumbers(tokens, length)
            + 2.0 * rows * length * heads * headWidth // keys and values of the encoder's states
            + feedForwardNumbers(tokens);
    return new ActivationCount(
        List.of(
            encoder.stacks().get(0),
            new ActivationCount.Stack(decoderLayers, block, tokens * width)),
        encoder.outside() + 3 * tokens * width + tokens * heads * decoderLength);
  }

  /** Norm (input, scaled, output), attention, and the mask of what it adds. */
  private double attentionNumbers(double tokens, long keys) {
    double mixed = (double) heads * headWidth;
    return tokens * (3.0 + (dropout > 0 ? 1 : 0)) * width
        + ActivationCount.attention(tokens, keys, mixed, heads, dropout > 0);
  }

  private double feedForwardNumbers(double tokens) {
    double inner = (gated ? 4.0 : 1.0) + (dropout > 0 ? 2 : 1);
    return tokens * (3.0 + (dropout > 0 ? 1 : 0)) * width + tokens * inner * feedForwardWidth;
  }
}
