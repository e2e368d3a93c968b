package org.attune.models;

import java.util.Set;
import java.util.stream.Collectors;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.tensor.Rng;
import org.attune.tensor.Tensor;
import org.attune.testkit.Golden;
import org.attune.testkit.ModuleContract;

/** An encoder of a golden config, its parameters drawn anew. */
public abstract class EncoderContract extends ModuleContract<Model> {
  private final String golden;
  private final String keyBias;

  /**
   * The contract on one golden model.
   *
   * @param golden folder of the model, as {@code bert/token_classification}
   * @param keyBias how the names of its layers' key biases end: softmax cancels what they add, so
   *     their gradient is rounding noise, perhaps zero
   */
  protected EncoderContract(String golden, String keyBias) {
    this.golden = golden;
    this.keyBias = keyBias;
  }

  @Override
  protected Model create(long seed) {
    try (Checkpoint checkpoint = Checkpoint.open(Golden.folder(golden).toString())) {
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
    return config().requiredInt("vocab_size", 1, 1000);
  }

  @Override
  protected Set<String> withoutGradient() {
    try (Model model = Pretrained.create(config())) {
      return model.namedParameters().keySet().stream()
          .filter(name -> name.endsWith(keyBias))
          .collect(Collectors.toSet());
    }
  }

  private ConfigJson config() {
    return ConfigJson.read(Golden.folder(golden).resolve("config.json"));
  }
}
