package org.attune.models.bert;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.CausalDecoding;
import org.attune.models.Decoding;
import org.attune.models.GenerativeModel;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.OutputEmbeddings;
import org.attune.tensor.Tensor;

/**
 * Predicts the word piece behind each place. As in transformers, the body looks ahead unless
 * config.json says {@code is_decoder}; then there is no writing with it.
 */
public final class BertLMHeadModel extends BertBase implements GenerativeModel {
  private final BertModel bert; // "bert"
  private final BertLmHead predictions; // "cls.predictions"

  BertLMHeadModel(ConfigJson json, BertConfig config) {
    super(json, Head.CAUSAL_LM, config);
    bert = child("bert", new BertModel(json, config, false));
    predictions =
        child("cls.predictions", new BertLmHead(config, bert.embeddings().word().weight()));
  }

  /** Logits [B, T, V]. */
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

  @Override
  public boolean readsForwards() {
    return bertConfig().causal();
  }

  @Override
  public Decoding decode(ModelInput prompts, int capacity) {
    CausalDecoding.Limits limits = bertConfig().decodingLimits(maxLength());
    return new CausalDecoding(prompts, capacity, limits, bert::next, this);
  }
}
