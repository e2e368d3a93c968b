package org.attune.models.roberta;

import org.attune.AttuneException;
import org.attune.models.ModelInput;
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
  private final Embedding word; // "word_embeddings" [V, D]
  private final Embedding position; // "position_embeddings" [max positions, D]
  private final Embedding type; // "token_type_embeddings" [types, D]
  private final LayerNorm norm; // "LayerNorm"
  private final Dropout dropout;
  private final int pad;
  private final int maxLength;

  RobertaEmbeddings(RobertaConfig config) {
    BertConfig bert = config.bert();
    int width = bert.hiddenSize();
    pad = bert.padTokenId();
    maxLength = config.maxLength();
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
    long length = input.ids().size(1); // T
    if (length > maxLength) {
      throw new AttuneException(
          "roberta: the input has "
              + length
              + " tokens, the model has positions for "
              + maxLength
              + "; set max_length to at most that");
    }
    Tensor words = word.forward(input.ids()); // [B, T, D]
    Tensor positions = input.positions().orElseGet(() -> positions(input.ids())); // [B, T]
    Tensor sum = words.plus(types(input)).plus(position.forward(positions));
    return dropout.forward(norm.forward(sum));
  }

  /** With one type only, the one row is everyone's, whatever the tokenizer called the segments. */
  private Tensor types(ModelInput input) {
    return input
        .typeIds()
        .filter(ids -> type.weight().shape().size(0) > 1)
        .map(type::forward) // [B, T, D]
        .orElseGet(() -> type.weight().value().narrow(0, 0, 1)); // [1, D]
  }

  /**
   * The n-th token of a row that is no padding stands at pad + n, padding at pad (fairseq's {@code
   * make_positions}). Padding is told by its id, not by the mask.
   */
  private Tensor positions(Tensor ids) {
    Tensor real = ids.eq(pad).eq(0).to(DType.I64); // [B, T]
    return Selection.cumulativeSum(real).times(real).plus(pad).to(DType.I64);
  }
}
