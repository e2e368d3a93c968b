package org.attune.models.bert;

import java.util.Set;
import org.attune.checkpoint.Checkpoint;
import org.attune.models.Model;
import org.attune.models.ModelInput;
import org.attune.models.Pretrained;
import org.attune.tensor.Rng;
import org.attune.tensor.Tensor;
import org.attune.testkit.Golden;
import org.attune.testkit.ModuleContract;

/** A tiny BERT with a token classification head keeps the contract: an output a token. */
class BertModelContractTest extends ModuleContract<Model> {
  @Override
  protected Model create(long seed) {
    String folder = Golden.folder("bert/token_classification").toString();
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      Model model = Pretrained.create(checkpoint.config());
      model.initialize(new Rng(seed), 0.2);
      return model;
    }
  }

  @Override
  protected Tensor forward(Model model, Tensor ids, Tensor mask) {
    return model.forward(ModelInput.of(ids, mask));
  }

  @Override
  protected int vocabulary() {
    return 71;
  }

  /** Softmax cancels what the key's bias adds, so its gradient is rounding noise, perhaps zero. */
  @Override
  protected Set<String> withoutGradient() {
    return Set.of(
        "bert.encoder.layer.0.attention.self.key.bias",
        "bert.encoder.layer.1.attention.self.key.bias");
  }
}
