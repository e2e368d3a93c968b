package org.attune.models.bert;

import org.attune.models.ModelInput;
import org.attune.models.TokenIds;
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
  private final BertConfig config;

  BertEmbeddings(BertConfig config) {
    this.config = config;
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
    Tensor ids = TokenIds.require(input.ids(), config.vocabSize(), config.family());
    TokenIds.requireLength(ids, config.maxPositions(), config.family());
    Tensor words = word.forward(ids); // [B, T, D]
    return dropout.forward(norm.forward(words.plus(types(input)).plus(positions(input))));
  }

  /** With no token types all are 0: the table's first row, broadcast. */
  private Tensor types(ModelInput input) {
    return input
        .typeIds()
        .map(ids -> TokenIds.requireTypes(ids, config.typeVocabSize(), config.family()))
        .map(type::forward) // [B, T, D]
        .orElseGet(() -> type.weight().value().narrow(0, 0, 1)); // [1, D]
  }

  /** With no positions they are 0, 1, ..: the table's first rows, broadcast. */
  private Tensor positions(ModelInput input) {
    return input
        .positions()
        .map(given -> TokenIds.requirePositions(given, config.maxPositions(), config.family()))
        .map(position::forward) // [B, T, D]
        .orElseGet(() -> position.weight().value().narrow(0, 0, input.ids().size(1))); // [T, D]
  }
}
