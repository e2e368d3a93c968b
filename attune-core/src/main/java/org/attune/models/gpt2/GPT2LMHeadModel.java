package org.attune.models.gpt2;

import java.util.OptionalInt;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.CausalDecoding;
import org.attune.models.Decoding;
import org.attune.models.GenerativeModel;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Linear;
import org.attune.nn.OutputEmbeddings;
import org.attune.tensor.Tensor;

/** Predicts the token behind each place; the head is the word embeddings. */
public final class GPT2LMHeadModel extends GPT2Base implements GenerativeModel {
  private final GPT2Model transformer; // "transformer"
  private final Linear head; // "lm_head" [D] to [V]

  GPT2LMHeadModel(ConfigJson json, GPT2Config config) {
    super(json, Head.CAUSAL_LM, config);
    transformer = child("transformer", new GPT2Model(json, config));
    head =
        child(
            "lm_head",
            config.tied()
                ? Linear.tiedWithoutBias(transformer.wordEmbeddings())
                : Linear.withoutBias(config.hiddenSize(), config.vocabSize()));
  }

  /** Logits [B, T, V]. */
  @Override
  public Tensor forward(ModelInput input) {
    return logits(hidden(input));
  }

  @Override
  public Tensor hidden(ModelInput input) {
    return transformer.forward(input);
  }

  @Override
  public OutputEmbeddings outputEmbeddings() {
    return head.outputEmbeddings();
  }

  @Override
  public Decoding decode(ModelInput prompts, int capacity) {
    GPT2Config config = gpt2Config();
    CausalDecoding.Limits limits =
        new CausalDecoding.Limits(
            config.layers(), config.maxPositions(), OptionalInt.empty(), "gpt2");
    return new CausalDecoding(prompts, capacity, limits, transformer::forward, this);
  }
}
