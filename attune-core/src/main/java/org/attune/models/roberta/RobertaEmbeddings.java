package org.attune.models.roberta;

import org.attune.models.ModelInput;
import org.attune.models.TokenIds;
import org.attune.models.bert.BertConfig;
import org.attune.nn.Dropout;
import org.attune.nn.Embedding;
import org.attune.nn.LayerNorm;
import org.attune.nn.Module;
import org.attune.tensor.DType;
import org.attune.tensor.Selection;
import org.attune.tensor.Tensor;

/** LayerNorm(word + type + position), then dropout. */
final class RobertaEmbeddings extends Module {
  private static final String FAMILY = RobertaConfig.FAMILY;

  private final Embedding word; // "word_embeddings" [V, D]
  private final Embedding position; // "position_embeddings" [max positions, D]
  private final Embedding type; // "token_type_embeddings" [types, D]
  private final LayerNorm norm; // "LayerNorm"
  private final Dropout dropout;
  private final RobertaConfig config;

  RobertaEmbeddings(RobertaConfig config) {
    BertConfig bert = config.bert();
    int width = bert.hiddenSize();
    int pad = bert.padTokenId();
    this.config = config;
    word = child("word_embeddings", new Embedding(bert.vocabSize(), width, pad));
    position = child("position_embeddings", new Embedding(bert.maxPositions(), width, pad));
    type = child("token_type_embeddings", new Embedding(bert.typeVocabSize(), width, -1));
    norm = child("LayerNorm", new LayerNorm(width, bert.layerNormEps()));
    dropout = child("dropout", new Dropout(bert.hiddenDropout()));
  }

  Embedding word() {
    return word;
  }

  /** Embeds [B, T] ids as [B, T, D]. */
  Tensor forward(ModelInput input) {
    Tensor ids = TokenIds.require(input.ids(), config.bert().vocabSize(), FAMILY);
    TokenIds.requireLength(ids, config.maxLength(), FAMILY);
    Tensor words = word.forward(ids); // [B, T, D]
    Tensor positions = position.forward(positions(input)); // [B, T, D]
    return dropout.forward(norm.forward(words.plus(types(input)).plus(positions)));
  }

  /** With one type only, the one row is everyone's, whatever the tokenizer called the segments. */
  private Tensor types(ModelInput input) {
    int count = config.bert().typeVocabSize();
    return input
        .typeIds()
        .filter(ids -> count > 1)
        .map(ids -> TokenIds.requireTypes(ids, count, FAMILY))
        .map(type::forward) // [B, T, D]
        .orElseGet(() -> type.weight().value().narrow(0, 0, 1)); // [1, D]
  }

  private Tensor positions(ModelInput input) {
    return input
        .positions()
        .map(given -> TokenIds.requirePositions(given, config.bert().maxPositions(), FAMILY))
        .orElseGet(() -> countedPositions(input.ids()));
  }

  /**
   * The n-th token of a row that is no padding stands at pad + n, padding at pad (fairseq's {@code
   * make_positions}). Padding is told by its id, not by the mask.
   */
  private Tensor countedPositions(Tensor ids) {
    int pad = config.bert().padTokenId();
    Tensor real = ids.eq(pad).eq(0).to(DType.I64); // [B, T]
    return Selection.cumulativeSum(real).times(real).plus(pad).to(DType.I64);
  }
}
