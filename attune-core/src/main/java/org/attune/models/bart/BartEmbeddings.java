package org.attune.models.bart;

import org.attune.AttuneException;
import org.attune.models.TokenIds;
import org.attune.nn.Dropout;
import org.attune.nn.Embedding;
import org.attune.nn.LayerNorm;
import org.attune.nn.Module;
import org.attune.tensor.DType;
import org.attune.tensor.Tensor;

/**
 * dropout(LayerNorm(words + positions)) of one stack. The table of positions has two rows before
 * the first one, a relic of fairseq, where a padding's position stood there.
 */
final class BartEmbeddings extends Module {
  private static final int OFFSET = 2;

  private final BartConfig config;
  private final double scale;
  private final Embedding words; // its weight is "embed_tokens.weight" too
  private final Embedding positions; // "embed_positions" [positions + 2, D]
  private final LayerNorm norm; // "layernorm_embedding"
  private final Dropout dropout;

  /** The embeddings of a stack; the modules are registered by the stack, under its own names. */
  BartEmbeddings(BartConfig config, Embedding words) {
    this.config = config;
    this.words = words;
    scale = config.scaledEmbedding() ? Math.sqrt(config.width()) : 1;
    parameter("embed_tokens.weight", words.weight());
    positions =
        child(
            "embed_positions",
            new Embedding((long) config.maxPositions() + OFFSET, config.width(), -1));
    norm = child("layernorm_embedding", new LayerNorm(config.width(), BartConfig.NORM_EPS));
    dropout = child("dropout", new Dropout(config.dropout()));
  }

  /**
   * The first states.
   *
   * @param ids [B, T] I64
   * @param past tokens before them
   * @param of which input, for messages
   * @return [B, T, D]
   */
  Tensor forward(Tensor ids, int past, String of) {
    long length = ids.size(1); // T
    if (past + length > config.maxPositions()) {
      throw new AttuneException(
          "bart: the "
              + of
              + " has "
              + (past + length)
              + " tokens, the model has positions for "
              + config.maxPositions()
              + "; set max_length to at most that");
    }
    return embed(ids, positions.weight().value().narrow(0, (long) past + OFFSET, length));
  }

  /** The same at given positions [B, T], counted from 0. */
  Tensor forward(Tensor ids, Tensor places) {
    TokenIds.requirePositions(places, config.maxPositions(), "bart");
    return embed(ids, positions.forward(places.plus(OFFSET).to(DType.I64)));
  }

  /** ids [B, T], states of their positions [B, T, D] or [T, D]. */
  private Tensor embed(Tensor ids, Tensor places) {
    Tensor states = words.forward(TokenIds.require(ids, config.vocabSize(), "bart"));
    Tensor scaled = scale == 1 ? states : states.times(scale);
    return dropout.forward(norm.forward(scaled.plus(places)));
  }
}
