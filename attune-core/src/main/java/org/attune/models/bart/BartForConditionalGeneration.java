package org.attune.models.bart;

import java.util.Optional;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Decoding;
import org.attune.models.EncoderDecoder;
import org.attune.models.EncoderDecoderDecoding;
import org.attune.models.EncoderMemory;
import org.attune.models.GenerativeModel;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Linear;
import org.attune.nn.OutputEmbeddings;
import org.attune.nn.Parameter;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * Writes a text for a text: E h + b with the word embeddings E and a bias b that is not learned.
 */
public final class BartForConditionalGeneration extends BartBase
    implements GenerativeModel, EncoderDecoder {
  private final BartModel model; // "model"
  private final Parameter bias; // "final_logits_bias" [1, V], frozen
  private final Linear head; // "lm_head" [D] to [V]

  BartForConditionalGeneration(ConfigJson json, BartConfig config) {
    super(json, Head.CONDITIONAL_GENERATION, config);
    model = child("model", new BartModel(json, config));
    head = child("lm_head", Linear.tiedWithoutBias(model.wordEmbeddings()));
    bias = parameter("final_logits_bias", Parameter.Init.ZEROS, 1, config.vocabSize());
    // transformers keeps it as a buffer, and a file may lack it.
    bias.trainable(false);
    bias.set(Tensors.zeros(Shape.of(1, config.vocabSize()), DType.F32));
  }

  /** Logits [B, U, V]. */
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
    return new OutputEmbeddings(head.weight().value(), Optional.of(bias.value().reshape(-1)));
  }

  /** The head's packed matrix has no bias: it is added. */
  @Override
  public Tensor logits(Tensor hidden) {
    return head.forward(hidden).plus(bias.value());
  }

  @Override
  public Decoding decode(ModelInput prompts, int capacity) {
    EncoderMemory memory;
    try (Scope scope = Scope.open()) {
      memory = Autograd.noGrad(() -> model.memory(prompts));
    }
    return new EncoderDecoderDecoding(
        memory,
        capacity,
        bartConfig().decoder().layers(),
        (ids, past, caches, encoded) ->
            logits(model.next(ids, past, caches, encoded).select(1, ids.size(1) - 1)));
  }
}
