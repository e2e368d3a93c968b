package org.attune.models.bert;

import java.util.Collection;
import java.util.List;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.LanguageModel;
import org.attune.models.ModelInput;
import org.attune.nn.Linear;
import org.attune.nn.OutputEmbeddings;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;

/** Both objectives BERT was pre-trained with, over one pass of the body. */
public final class BertForPreTraining extends BertBase implements LanguageModel {
  /**
   * Both heads' logits.
   *
   * @param predictions [B, T, V]
   * @param nextSentence [B, 2]
   */
  public record Logits(Tensor predictions, Tensor nextSentence) implements Scope.Holder {
    @Override
    public Collection<Tensor> tensors() {
      return List.of(predictions, nextSentence);
    }
  }

  private final BertModel bert; // "bert"
  private final BertLmHead predictions; // "cls.predictions"
  private final Linear relationship; // "cls.seq_relationship" [D] to [2]

  BertForPreTraining(ConfigJson json, BertConfig config) {
    super(json, Head.PRETRAINING, config);
    bert = child("bert", new BertModel(json, config, true));
    predictions =
        child("cls.predictions", new BertLmHead(config, bert.embeddings().word().weight()));
    relationship = child("cls.seq_relationship", Linear.of(config.hiddenSize(), 2));
  }

  /** The masked-language-model logits [B, T, V]. */
  @Override
  public Tensor forward(ModelInput input) {
    return logits(hidden(input));
  }

  @Override
  public Tensor hidden(ModelInput input) {
    return bert.forward(input);
  }

  @Override
  public Tensor transform(Tensor hidden) {
    return predictions.transform(hidden);
  }

  @Override
  public OutputEmbeddings outputEmbeddings() {
    return predictions.outputEmbeddings();
  }

  /**
   * Whether the second text is another document's (1) or goes on where the first ends (0).
   *
   * @param hidden [B, T, D]
   * @return [B, 2]
   */
  public Tensor nextSentence(Tensor hidden) {
    return relationship.forward(bert.pool(hidden));
  }

  /** Both heads' logits. */
  public Logits logits(ModelInput input) {
    Tensor hidden = bert.forward(input); // [B, T, D]
    return new Logits(logits(hidden), nextSentence(hidden));
  }
}
