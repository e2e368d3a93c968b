package org.attune.models.bert;

import org.attune.AttuneException;
import org.attune.models.ModelInput;
import org.attune.nn.Dropout;
import org.attune.nn.Embedding;
import org.attune.nn.LayerNorm;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** LayerNorm(word + position + type), then dropout. */
final class BertEmbeddings extends Module {
  private final Embedding word; // "word_embeddings" [V, D]
  private final Embedding position; // "position_embeddings" [max positions, D]
  private final Embedding type; // "token_type_embeddings" [types, D]
  private final LayerNorm norm; // "LayerNorm"
  private final Dropout dropout;

  BertEmbeddings(BertConfig config) {
    int width = config.hiddenSize();
    word = child("word_embeddings", new Embedding(config.vocabSize(), width, config.padTokenId()));
    position = child("position_embeddings", new Embedding(config.maxPositions(), width, -1));
    type = child("token_type_embeddings", new Embedding(config.typeVocabSize(), width, -1));
    norm = child("LayerNorm", new LayerNorm(width, config.layerNormEps()));
    dropout = child("dropout", new Dropout(config.hiddenDropout()));
  }

  Embedding word() {
    return word;
  }

  /** Embeds [B, T] ids as [B, T, D]. */
  Tensor forward(ModelInput input) {
    long length = input.ids().size(1); // T
    Tensor positions = position.weight().value(); // [max positions, D]
    if (length > positions.size(0)) {
      throw new AttuneException(
          "bert: the input has "
              + length
              + " tokens, the model has positions for "
              + positions.size(0)
              + "; set max_length to at most that");
    }
    Tensor words = word.forward(input.ids()); // [B, T, D]
    // With no token types all are 0: the table's first row, broadcast.
    Tensor types =
        input
            .typeIds()
            .map(type::forward) // [B, T, D]
            .orElseGet(() -> type.weight().value().narrow(0, 0, 1)); // [1, D]
    return dropout.forward(norm.forward(words.plus(types).plus(positions.narrow(0, 0, length))));
  }
}
