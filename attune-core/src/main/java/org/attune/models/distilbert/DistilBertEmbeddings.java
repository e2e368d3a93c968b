package org.attune.models.distilbert;

import org.attune.models.ModelInput;
import org.attune.models.TokenIds;
import org.attune.nn.Dropout;
import org.attune.nn.Embedding;
import org.attune.nn.LayerNorm;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/** LayerNorm(word + position), then dropout. */
final class DistilBertEmbeddings extends Module {
  private static final String FAMILY = DistilBertConfig.FAMILY;

  private final Embedding word; // "word_embeddings" [V, D]
  private final Embedding position; // "position_embeddings" [max positions, D]
  private final LayerNorm norm; // "LayerNorm"
  private final Dropout dropout;
  private final DistilBertConfig config;

  DistilBertEmbeddings(DistilBertConfig config) {
    this.config = config;
    int width = config.dim();
    word = child("word_embeddings", new Embedding(config.vocabSize(), width, config.padTokenId()));
    position = child("position_embeddings", new Embedding(config.maxPositions(), width, -1));
    norm = child("LayerNorm", new LayerNorm(width, DistilBertConfig.NORM_EPS));
    dropout = child("dropout", new Dropout(config.dropout()));
    if (config.sinusoidal()) {
      // A start like any other: transformers 5 learns them from here on, and files carry them.
      position.weight().set(sinusoids(config.maxPositions(), width));
    }
  }

  Embedding word() {
    return word;
  }

  /** Embeds [B, T] ids as [B, T, D]. */
  Tensor forward(ModelInput input) {
    Tensor ids = TokenIds.require(input.ids(), config.vocabSize(), FAMILY);
    TokenIds.requireLength(ids, config.maxPositions(), FAMILY);
    return dropout.forward(norm.forward(word.forward(ids).plus(positions(input))));
  }

  /** With no positions they are 0, 1, ..: the table's first rows, broadcast. */
  private Tensor positions(ModelInput input) {
    return input
        .positions()
        .map(given -> TokenIds.requirePositions(given, config.maxPositions(), FAMILY))
        .map(position::forward) // [B, T, D]
        .orElseGet(() -> position.weight().value().narrow(0, 0, input.ids().size(1))); // [T, D]
  }

  /**
   * sin and cos of p / 10000^(2i / D) in turn (Vaswani et al. 2017, section 3.5): [positions, D].
   */
  private static Tensor sinusoids(int positions, int width) {
    float[] table = new float[Math.multiplyExact(positions, width)];
    for (int p = 0; p < positions; p++) {
      for (int j = 0; j < width; j++) {
        double angle = p / Math.pow(10_000, (double) (j - j % 2) / width);
        table[p * width + j] = (float) (j % 2 == 0 ? Math.sin(angle) : Math.cos(angle));
      }
    }
    return Tensors.ofFloats(table, positions, width);
  }
}
