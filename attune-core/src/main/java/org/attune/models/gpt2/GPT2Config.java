package org.attune.models.gpt2;

import java.util.List;
import java.util.OptionalInt;
import org.attune.AttuneException;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Flops;
import org.attune.nn.Activation;
import org.attune.nn.ActivationCount;

/**
 * The sizes and settings of a GPT-2; names and defaults as in transformers' {@code GPT2Config}.
 *
 * @param vocabSize V, number of tokens
 * @param hiddenSize D ({@code n_embd}), width of the hidden state
 * @param layers number of blocks ({@code n_layer})
 * @param heads H ({@code n_head}), attention heads in a block
 * @param innerSize F ({@code n_inner}), width of the feed-forward layer
 * @param activation of the feed-forward layer
 * @param maxPositions longest input in tokens ({@code n_positions})
 * @param embeddingDropout probability of dropping an element of the embeddings
 * @param attentionDropout probability of dropping an attention weight
 * @param residualDropout probability of dropping an element of what a block adds
 * @param classifierDropout the same before a token classification head
 * @param layerNormEps added to the variance in layer norms
 * @param initializerRange standard deviation of new weights
 * @param scaleByWidth whether scores are divided by the square root of a head's width
 * @param scaleByLayer whether scores are divided by the layer's number, from 1, too
 * @param tied whether the language-model head is the word embeddings
 * @param padTokenId by which a sequence classifier knows padding
 * @param labels outputs of a classification head
 */
public record GPT2Config(
    int vocabSize,
    int hiddenSize,
    int layers,
    int heads,
    int innerSize,
    Activation activation,
    int maxPositions,
    double embeddingDropout,
    double attentionDropout,
    double residualDropout,
    double classifierDropout,
    double layerNormEps,
    double initializerRange,
    boolean scaleByWidth,
    boolean scaleByLayer,
    boolean tied,
    OptionalInt padTokenId,
    int labels) {

  /** Far above any model published, far below what would overflow a product of two. */
  private static final int MAX_SIZE = 1 << 24;

  public GPT2Config {
    if (hiddenSize % heads != 0) {
      throw new AttuneException(
          "gpt2: n_embd ("
              + hiddenSize
              + ") must be divisible by n_head ("
              + heads
              + ") [config.json]");
    }
  }

  /**
   * Reads and checks config.json.
   *
   * @throws AttuneException naming the key, its value and what is allowed
   */
  public static GPT2Config of(ConfigJson json) {
    if (json.optionalBoolean("add_cross_attention").orElse(false)) {
      throw new AttuneException(
          "gpt2: add_cross_attention is true; only a decoder alone is supported [config.json]");
    }
    int width = json.optionalInt("n_embd", 1, MAX_SIZE).orElse(768);
    return new GPT2Config(
        json.requiredInt("vocab_size", 1, MAX_SIZE),
        width,
        json.optionalInt("n_layer", 1, 1 << 12).orElse(12),
        json.optionalInt("n_head", 1, 1 << 12).orElse(12),
        json.optionalInt("n_inner", 1, MAX_SIZE).orElse(4 * width),
        Activation.named(json.optionalString("activation_function").orElse("gelu_new")),
        json.optionalInt("n_positions", 1, MAX_SIZE).orElse(1024),
        json.optionalDouble("embd_pdrop", 0, 0.999).orElse(0.1),
        json.optionalDouble("attn_pdrop", 0, 0.999).orElse(0.1),
        json.optionalDouble("resid_pdrop", 0, 0.999).orElse(0.1),
        json.optionalDouble("classifier_dropout", 0, 0.999)
            .orElse(json.optionalDouble("hidden_dropout", 0, 0.999).orElse(0.1)),
        json.optionalDouble("layer_norm_epsilon", 0, 1).orElse(1e-5),
        json.optionalDouble("initializer_range", 0, 10).orElse(0.02),
        json.optionalBoolean("scale_attn_weights").orElse(true),
        json.optionalBoolean("scale_attn_by_inverse_layer_idx").orElse(false),
        json.optionalBoolean("tie_word_embeddings").orElse(true),
        json.optionalInt("pad_token_id", -1, MAX_SIZE),
        Math.max(1, json.labelCount()));
  }

  /** The factor of attention scores in a layer, counted from 0. */
  double scoreScale(int layer) {
    double byWidth = scaleByWidth ? 1 / Math.sqrt((double) hiddenSize / heads) : 1;
    return scaleByLayer ? byWidth / (layer + 1) : byWidth;
  }

  /** Operations of the blocks on a row, counted as {@link Flops} says. */
  double flops(long tokens) {
    double width = hiddenSize; // D
    double elements = 4 * width * width + 2 * width * innerSize;
    return layers * Flops.layer(elements, width, tokens);
  }

  // ---- memory of a training step

  /** Pre-norm blocks. */
  ActivationCount activations(long rows, long length) {
    double tokens = (double) rows * length;
    double width = hiddenSize;
    double masks = residualDropout > 0 ? 2 * width : 0;
    double block =
        tokens * (4 * width + 2.0 * innerSize + masks) // input, sum, both norms, inner
            + ActivationCount.attention(tokens, length, width, heads, attentionDropout > 0);
    return new ActivationCount(
        List.of(new ActivationCount.Stack(layers, block, tokens * width)), 3 * tokens * width);
  }
}
