package org.attune.models.bart;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attune.checkpoint.Checkpoint;
import org.attune.models.ModelInput;
import org.attune.models.Pretrained;
import org.attune.tensor.Rng;
import org.attune.tensor.Tensor;
import org.attune.testkit.Golden;
import org.attune.testkit.ModuleContract;

/** A tiny BART whose decoder reads the text that its encoder reads keeps the contract. */
class BartContractTest extends ModuleContract<BartForConditionalGeneration> {
  @Override
  protected BartForConditionalGeneration create(long seed) {
    String folder = Golden.folder("bart/conditional_generation").toString();
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      BartForConditionalGeneration model =
          (BartForConditionalGeneration) Pretrained.create(checkpoint.config());
      model.initialize(new Rng(seed), 0.2);
      return model;
    }
  }

  @Override
  protected Tensor forward(BartForConditionalGeneration model, Tensor ids, Tensor mask) {
    return model.forward(ModelInput.of(ids, mask));
  }

  @Override
  protected int vocabulary() {
    return 43;
  }

  /** Softmax cancels what a key's bias adds, so its gradient is rounding noise, perhaps zero. */
  @Override
  protected Set<String> withoutGradient() {
    return Stream.of(
            "encoder.layers.0.self_attn",
            "decoder.layers.0.self_attn",
            "decoder.layers.0.encoder_attn",
            "decoder.layers.1.self_attn",
            "decoder.layers.1.encoder_attn")
        .map(attention -> "model." + attention + ".k_proj.bias")
        .collect(Collectors.toSet());
  }
}
