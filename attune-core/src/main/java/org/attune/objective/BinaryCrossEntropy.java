package org.attune.objective;

import org.attune.tensor.Functional;
import org.attune.tensor.Functional.Reduction;
import org.attune.tensor.Tensor;

/**
 * Any number of labels an example: each of the C labels is a yes-or-no question of its own and one
 * item. Logits and targets (0 or 1) are [B, C].
 */
public record BinaryCrossEntropy() implements Objective {
  @Override
  public Tensor sum(Tensor logits, Tensor targets) {
    return Functional.binaryCrossEntropyWithLogits(
        Objective.single(logits), targets, Reduction.SUM);
  }
}
