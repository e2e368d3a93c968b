package org.attune.models;

import java.util.HashSet;
import java.util.Set;
import org.attune.checkpoint.Checkpoint;
import org.attune.tensor.Rng;
import org.attune.tensor.Tensor;
import org.attune.testkit.Golden;
import org.attune.testkit.ModuleContract;
import org.junit.jupiter.api.Nested;

/** RoBERTa and DistilBERT keep the contract, each with an output a token and with one a sequence. */
class EncoderContractTest {
  /** A tiny model of a golden config, its parameters drawn anew. */
  private abstract static class Contract extends ModuleContract<Model> {
    private final String golden;

    Contract(String golden) {
      this.golden = golden;
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
      return 67;
    }

    /** Softmax cancels what the key's bias adds, so its gradient is rounding noise, perhaps zero. */
    @Override
    protected Set<String> withoutGradient() {
      Set<String> names = new HashSet<>();
      for (int layer = 0; layer < 2; layer++) {
        names.add("roberta.encoder.layer." + layer + ".attention.self.key.bias");
        names.add("distilbert.transformer.layer." + layer + ".attention.k_lin.bias");
      }
      return names;
    }
  }

  @Nested
  class RobertaTokens extends Contract {
    RobertaTokens() {
      super("roberta/token_classification");
    }
  }

  @Nested
  class RobertaSequences extends Contract {
    RobertaSequences() {
      super("roberta/sequence_classification");
    }
  }

  @Nested
  class DistilBertTokens extends Contract {
    DistilBertTokens() {
      super("distilbert/token_classification");
    }
  }

  @Nested
  class DistilBertSequences extends Contract {
    DistilBertSequences() {
      super("distilbert/sequence_classification");
    }
  }
}
