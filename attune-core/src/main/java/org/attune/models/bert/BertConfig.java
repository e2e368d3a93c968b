package org.attune.models.bert;

import java.util.List;
import java.util.OptionalInt;
import org.attune.AttuneException;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.CausalDecoding;
import org.attune.models.Flops;
import org.attune.nn.Activation;
import org.attune.nn.ActivationCount;

/**
 * The sizes and settings of a BERT, and of a family that is made of BERT's layers; names and
 * defaults as in transformers' {@code BertConfig}.
 *
 * @param family whose sizes these are, for messages
 * @param vocabSize V, number of word pieces
 * @param hiddenSize D, width of the hidden state
 * @param layers number of encoder layers
 * @param heads H, attention heads in a layer
 * @param intermediateSize F, width of the feed-forward layer
 * @param activation of the feed-forward layer
 * @param hiddenDropout probability of dropping an element of the hidden state
 * @param attentionDropout probability of dropping an attention weight
 * @param classifierDropout the same before a classification head
 * @param maxPositions longest input in tokens
 * @param typeVocabSize number of token types (segments)
 * @param layerNormEps added to the variance in layer norms
 * @param initializerRange standard deviation of new weights
 * @param padTokenId row of the word embeddings that gets no gradient
 * @param causal whether a token sees none behind it ({@code is_decoder})
 * @param tied whether the language-model head's matrix is the word embeddings
 * @param labels outputs of a classification head
 */
public record BertConfig(
    String family,
    int vocabSize,
    int hiddenSize,
    int layers,
    int heads,
    int intermediateSize,
    Activation activation,
    double hiddenDropout,
    double attentionDropout,
    double classifierDropout,
    int maxPositions,
    int typeVocabSize,
    double layerNormEps,
    double initializerRange,
    int padTokenId,
    boolean causal,
    boolean tied,
    int labels) {

  /** Far above any model published, far below what would overflow a product of two. */
  private static final int MAX_SIZE = 1 << 24;

  public BertConfig {
    if (hiddenSize % heads != 0) {
      throw new AttuneException(
          family
              + ": hidden_size ("
              + hiddenSize
              + ") must be divisible by num_attention_heads ("
              + heads
              + ") [config.json]");
    }
    if (padTokenId >= vocabSize) {
      throw new AttuneException(
          family
              + ": pad_token_id ("
              + padTokenId
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
  public static BertConfig of(ConfigJson json) {
    return of(json, "bert", 0);
  }

  /**
   * As {@link #of(ConfigJson)}, for a family whose config has BERT's keys.
   *
   * @param family for messages
   * @param padTokenId where config.json names none
   */
  public static BertConfig of(ConfigJson json, String family, int padTokenId) {
    String positions = json.optionalString("position_embedding_type").orElse("absolute");
    if (!positions.equals("absolute")) {
      throw new AttuneException(
          family
              + ": position_embedding_type is '"
              + positions
              + "'; only 'absolute' is supported [config.json]");
    }
    if (json.optionalBoolean("add_cross_attention").orElse(false)) {
      throw new AttuneException(
          family
              + ": add_cross_attention is true; a decoder over an encoder's states is not supported"
              + " [config.json]");
    }
    double hiddenDropout = json.optionalDouble("hidden_dropout_prob", 0, 0.999).orElse(0.1);
    return new BertConfig(
        family,
        json.requiredInt("vocab_size", 1, MAX_SIZE),
        json.requiredInt("hidden_size", 1, MAX_SIZE),
        json.requiredInt("num_hidden_layers", 1, 1 << 12),
        json.requiredInt("num_attention_heads", 1, 1 << 12),
        json.requiredInt("intermediate_size", 1, MAX_SIZE),
        Activation.named(json.optionalString("hidden_act").orElse("gelu")),
        hiddenDropout,
        json.optionalDouble("attention_probs_dropout_prob", 0, 0.999).orElse(0.1),
        json.optionalDouble("classifier_dropout", 0, 0.999).orElse(hiddenDropout),
        json.optionalInt("max_position_embeddings", 1, MAX_SIZE).orElse(512),
        json.optionalInt("type_vocab_size", 1, 1 << 16).orElse(2),
        json.optionalDouble("layer_norm_eps", 0, 1).orElse(1e-12),
        json.optionalDouble("initializer_range", 0, 10).orElse(0.02),
        json.optionalInt("pad_token_id", 0, MAX_SIZE).orElse(padTokenId),
        json.optionalBoolean("is_decoder").orElse(false),
        json.optionalBoolean("tie_word_embeddings").orElse(true),
        Math.max(1, json.labelCount()));
  }

  /**
   * What writing with such a body is bound by.
   *
   * @param maxLength tokens a row that the positions reach
   * @throws AttuneException when tokens see those behind them, which are not written yet
   */
  public CausalDecoding.Limits decodingLimits(int maxLength) {
    if (!causal) {
      throw new AttuneException(
          family
              + ": is_decoder is false, so that each token sees those behind it and no text can be"
              + " continued; set is_decoder to true where the model was trained so [config.json]");
    }
    return new CausalDecoding.Limits(layers, maxLength, OptionalInt.empty(), family);
  }

  /** Operations of the layers on a row, counted as {@link Flops} says. */
  public double flops(long tokens) {
    double width = hiddenSize; // D
    double elements = 4 * width * width + 2 * width * intermediateSize;
    return layers * Flops.layer(elements, width, tokens);
  }

  // ---- memory of a training step

  /** Post-norm layers; query, key and value share one product, whose joined matrix is kept too. */
  public ActivationCount activations(long rows, long length) {
    double tokens = (double) rows * length;
    double width = hiddenSize;
    double masks = hiddenDropout > 0 ? 2 * width : 0;
    double layer =
        tokens * (4 * width + 2.0 * intermediateSize + masks) // input, norms' inputs, norm, inner
            + ActivationCount.attention(tokens, length, width, heads, attentionDropout > 0)
            + 3 * width * width;
    return new ActivationCount(
        List.of(new ActivationCount.Stack(layers, layer, tokens * width)), 3 * tokens * width);
  }
}
