package org.attune.models.t5;

import java.util.Optional;
import org.attune.checkpoint.Checkpoint;
import org.attune.models.ModelInput;
import org.attune.models.Pretrained;
import org.attune.tensor.Rng;
import org.attune.tensor.Tensor;
import org.attune.testkit.Golden;
import org.attune.testkit.ModuleContract;

/** A tiny gated T5 whose decoder reads the text that its encoder reads keeps the contract. */
class T5ContractTest extends ModuleContract<T5ForConditionalGeneration> {
  @Override
  protected T5ForConditionalGeneration create(long seed) {
    String folder = Golden.folder("t5/conditional_generation_gated").toString();
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      T5ForConditionalGeneration model =
          (T5ForConditionalGeneration) Pretrained.create(checkpoint.config());
      model.initialize(new Rng(seed), 0.8);
      return model;
    }
  }

  @Override
  protected Tensor forward(T5ForConditionalGeneration model, Tensor ids, Tensor mask) {
    return model.forward(
        ModelInput.of(ids, mask).withDecoder(model.shiftRight(ids), Optional.empty()));
  }

  @Override
  protected int vocabulary() {
    return 47;
  }
}
