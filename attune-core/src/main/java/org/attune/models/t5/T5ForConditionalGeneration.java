package org.attune.models.t5;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Decoding;
import org.attune.models.EncoderDecoderDecoding;
import org.attune.models.EncoderMemory;
import org.attune.models.GenerativeModel;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Linear;
import org.attune.nn.OutputEmbeddings;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;

/**
 * Writes a text for a text. The head of v1.0 is the word embeddings and reads states times D^-0.5;
 * that of v1.1 reads them as they are, and mostly has a matrix of its own.
 */
public final class T5ForConditionalGeneration extends T5Stacks implements GenerativeModel {
  private final Linear head; // "lm_head" [D] to [V]

  T5ForConditionalGeneration(ConfigJson json, T5Config config) {
    super(json, Head.CONDITIONAL_GENERATION, config);
    head =
        child(
            "lm_head",
            config.tied()
                ? Linear.tiedWithoutBias(shared().weight())
                : Linear.withoutBias(config.width(), config.vocabSize()));
  }

  /** Logits [B, U, V]. */
  @Override
  public Tensor forward(ModelInput input) {
    return logits(hidden(input));
  }

  @Override
  public Tensor hidden(ModelInput input) {
    return scaled(states(input));
  }

  private Tensor scaled(Tensor states) {
    return t5Config().scaledHead() ? states.times(Math.pow(t5Config().width(), -0.5)) : states;
  }

  @Override
  public OutputEmbeddings outputEmbeddings() {
    return head.outputEmbeddings();
  }

  @Override
  public Decoding decode(ModelInput prompts, int capacity) {
    EncoderMemory memory;
    try (Scope scope = Scope.open()) {
      memory = Autograd.noGrad(() -> decoder().memory(prompts, encoder().forward(prompts)));
    }
    return new EncoderDecoderDecoding(
        memory,
        capacity,
        t5Config().decoderLayers(),
        (ids, past, caches, encoded) -> {
          Tensor states = decoder().next(ids, past, caches, encoded); // [R, t, D]
          return logits(scaled(states.select(1, ids.size(1) - 1)));
        });
  }
}
