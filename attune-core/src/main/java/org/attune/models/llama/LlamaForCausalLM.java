package org.attune.models.llama;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.CausalDecoding;
import org.attune.models.Decoding;
import org.attune.models.GenerativeModel;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Linear;
import org.attune.nn.OutputEmbeddings;
import org.attune.tensor.Tensor;

/** Predicts the token behind each place. */
public final class LlamaForCausalLM extends LlamaBase implements GenerativeModel {
  private final LlamaModel model; // "model"
  private final Linear head; // "lm_head" [D] to [V]

  LlamaForCausalLM(ConfigJson json, LlamaConfig config) {
    super(json, Head.CAUSAL_LM, config);
    model = child("model", new LlamaModel(json, config));
    head =
        child(
            "lm_head",
            config.tied()
                ? Linear.tiedWithoutBias(model.wordEmbeddings())
                : Linear.withoutBias(config.hiddenSize(), config.vocabSize()));
  }

  /** Logits [B, T, V]. */
  @Override
  public Tensor forward(ModelInput input) {
    return logits(hidden(input));
  }

  @Override
  public Tensor hidden(ModelInput input) {
    return model.forward(input);
  }

  @Override
  public OutputEmbeddings outputEmbeddings() {
    return head.outputEmbeddings();
  }

  @Override
  public Decoding decode(ModelInput prompts, int capacity) {
    LlamaConfig config = llamaConfig();
    CausalDecoding.Limits limits =
        new CausalDecoding.Limits(
            config.layers(), config.reach(), config.window(), config.family());
    return new CausalDecoding(prompts, capacity, limits, model::forward, this);
  }
}
