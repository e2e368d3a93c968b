package org.attune.nn;

import org.attune.tensor.DType;
import org.attune.tensor.Tensor;
import org.attune.testkit.ModuleContract;
import org.attune.train.TinyClassifier;

/**
 * The layers of this package together keep the contract, and the contract holds without a model.
 */
class TinyClassifierContractTest extends ModuleContract<TinyClassifier> {
  @Override
  protected TinyClassifier create(long seed) {
    return new TinyClassifier(0.1, seed);
  }

  @Override
  protected Tensor forward(TinyClassifier model, Tensor ids, Tensor mask) {
    return model.forward(ids, mask.to(DType.F32));
  }

  @Override
  protected int vocabulary() {
    return TinyClassifier.VOCABULARY;
  }
}
