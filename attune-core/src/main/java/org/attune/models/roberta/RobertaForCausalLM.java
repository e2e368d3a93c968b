package org.attune.models.roberta;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.CausalDecoding;
import org.attune.models.Decoding;
import org.attune.models.GenerativeModel;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.OutputEmbeddings;
import org.attune.tensor.Tensor;

/**
 * Predicts the token behind each place. As in transformers, the body looks ahead unless config.json
 * says {@code is_decoder}; then there is no writing with it.
 */
public final class RobertaForCausalLM extends RobertaBase implements GenerativeModel {
  private final RobertaModel roberta; // "roberta"
  private final RobertaLmHead head; // "lm_head"

  RobertaForCausalLM(ConfigJson json, RobertaConfig config) {
    super(json, Head.CAUSAL_LM, config);
    roberta = child("roberta", new RobertaModel(json, config, false));
    head = child("lm_head", new RobertaLmHead(config.bert(), roberta.embeddings().word().weight()));
  }

  /** Logits [B, T, V]. */
  @Override
  public Tensor forward(ModelInput input) {
    return logits(hidden(input));
  }

  @Override
  public Tensor hidden(ModelInput input) {
    return roberta.forward(input);
  }

  @Override
  public Tensor transform(Tensor hidden) {
    return head.transform(hidden);
  }

  @Override
  public OutputEmbeddings outputEmbeddings() {
    return head.outputEmbeddings();
  }

  @Override
  public boolean readsForwards() {
    return robertaConfig().bert().causal();
  }

  @Override
  public Decoding decode(ModelInput prompts, int capacity) {
    CausalDecoding.Limits limits = robertaConfig().bert().decodingLimits(maxLength());
    return new CausalDecoding(prompts, capacity, limits, roberta::next, this);
  }
}
