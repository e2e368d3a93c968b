package org.attune.models.distilbert;

import org.attune.AttuneException;
import org.attune.models.ModelInput;
import org.attune.nn.Dropout;
import org.attune.nn.Embedding;
import org.attune.nn.LayerNorm;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/** LayerNorm(word + position), then dropout. */
final class DistilBertEmbeddings extends Module {
  private final Embedding word; // "word_embeddings" [V, D]
  private final Embedding position; // "position_embeddings" [max positions, D]
  private final LayerNorm norm; // "LayerNorm"
  private final Dropout dropout;

  DistilBertEmbeddings(DistilBertConfig config) {
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
    long length = input.ids().size(1); // T
    Tensor table = position.weight().value(); // [max positions, D]
    if (length > table.size(0)) {
      throw new AttuneException(
          "distilbert: the input has "
              + length
              + " tokens, the model has positions for "
              + table.size(0)
              + "; set max_length to at most that");
    }
    Tensor positions =
        input.positions().map(position::forward).orElseGet(() -> table.narrow(0, 0, length));
    return dropout.forward(norm.forward(word.forward(input.ids()).plus(positions)));
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
