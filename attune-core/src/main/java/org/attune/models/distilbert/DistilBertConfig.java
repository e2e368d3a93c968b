package org.attune.models.distilbert;

import java.util.List;
import org.attune.AttuneException;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Flops;
import org.attune.nn.Activation;
import org.attune.nn.ActivationCount;

/**
 * The sizes and settings of a DistilBERT; names and defaults as in transformers' {@code
 * DistilBertConfig}.
 *
 * @param vocabSize V, number of word pieces
 * @param dim D, width of the hidden state
 * @param layers number of layers ({@code n_layers})
 * @param heads H, attention heads in a layer ({@code n_heads})
 * @param hiddenDim F, width of the feed-forward layer
 * @param activation of the feed-forward layer and the language-model head
 * @param dropout probability of dropping an element of the hidden state
 * @param attentionDropout probability of dropping an attention weight
 * @param classifierDropout the same inside a sequence classification head ({@code
 *     seq_classif_dropout})
 * @param answerDropout the same before a question answering head ({@code qa_dropout})
 * @param maxPositions longest input in tokens
 * @param sinusoidal whether positions without a checkpoint start as sinusoids ({@code
 *     sinusoidal_pos_embds})
 * @param initializerRange standard deviation of new weights
 * @param padTokenId row of the word embeddings that gets no gradient
 * @param tied whether the language-model head's matrix is the word embeddings
 * @param labels outputs of a classification head
 */
public record DistilBertConfig(
    int vocabSize,
    int dim,
    int layers,
    int heads,
    int hiddenDim,
    Activation activation,
    double dropout,
    double attentionDropout,
    double classifierDropout,
    double answerDropout,
    int maxPositions,
    boolean sinusoidal,
    double initializerRange,
    int padTokenId,
    boolean tied,
    int labels) {
  static final String FAMILY = "distilbert";

  /** Added to the variance in every layer norm; no key says it. */
  static final double NORM_EPS = 1e-12;

  /** Far above any model published, far below what would overflow a product of two. */
  private static final int MAX_SIZE = 1 << 24;

  private static final double MAX_DROPOUT = 0.999;

  public DistilBertConfig {
    if (dim % heads != 0) {
      throw new AttuneException(
          FAMILY
              + ": dim ("
              + dim
              + ") must be divisible by n_heads ("
              + heads
              + ") [config.json]");
    }
    if (padTokenId >= vocabSize) {
      throw new AttuneException(
          FAMILY
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
  public static DistilBertConfig of(ConfigJson json) {
    return new DistilBertConfig(
        json.requiredInt("vocab_size", 1, MAX_SIZE),
        json.requiredInt("dim", 1, MAX_SIZE),
        json.requiredInt("n_layers", 1, 1 << 12),
        json.requiredInt("n_heads", 1, 1 << 12),
        json.requiredInt("hidden_dim", 1, MAX_SIZE),
        Activation.named(json.optionalString("activation").orElse("gelu")),
        json.optionalDouble("dropout", 0, MAX_DROPOUT).orElse(0.1),
        json.optionalDouble("attention_dropout", 0, MAX_DROPOUT).orElse(0.1),
        json.optionalDouble("seq_classif_dropout", 0, MAX_DROPOUT).orElse(0.2),
        json.optionalDouble("qa_dropout", 0, MAX_DROPOUT).orElse(0.1),
        json.optionalInt("max_position_embeddings", 1, MAX_SIZE).orElse(512),
        json.optionalBoolean("sinusoidal_pos_embds").orElse(false),
        json.optionalDouble("initializer_range", 0, 10).orElse(0.02),
        json.optionalInt("pad_token_id", 0, MAX_SIZE).orElse(0),
        json.optionalBoolean("tie_word_embeddings").orElse(true),
        Math.max(1, json.labelCount()));
  }

  /** Operations of the layers on a row, counted as {@link Flops} says. */
  double flops(long tokens) {
    double width = dim; // D
    double elements = 4 * width * width + 2 * width * hiddenDim;
    return layers * Flops.layer(elements, width, tokens);
  }

  // ---- memory of a training step

  /** Post-norm layers with dropout after the feed-forward part alone. */
  ActivationCount activations(long rows, long length) {
    double tokens = (double) rows * length;
    double width = dim;
    double layer =
        tokens * (4 * width + 2.0 * hiddenDim + (dropout > 0 ? width : 0))
            + ActivationCount.attention(tokens, length, width, heads, attentionDropout > 0);
    return new ActivationCount(
        List.of(new ActivationCount.Stack(layers, layer, tokens * width)), 3 * tokens * width);
  }
}
