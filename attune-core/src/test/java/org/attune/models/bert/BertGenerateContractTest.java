package org.attune.models.bert;

import org.attune.checkpoint.Checkpoint;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.tensor.Rng;
import org.attune.testkit.GenerateContract;
import org.attune.testkit.Golden;

/** A tiny BERT that reads forwards keeps the contract of models that write. */
class BertGenerateContractTest extends GenerateContract {
  @Override
  protected Model create(long seed) {
    try (Checkpoint checkpoint = Checkpoint.open(Golden.folder("bert/causal_lm").toString())) {
      Model model = Pretrained.create(checkpoint.config());
      model.initialize(new Rng(seed), 0.3);
      return model;
    }
  }
}
