package org.attune.cli;

import org.attune.models.Model;
import org.attune.train.Encoded;

/**
 * Floating point operations that the mathematics of a model needs, without padding or recomputation
 * (Chowdhery et al. 2022, appendix B): 2 a parameter and token forward, twice that backward, and
 * the attention scores.
 */
final class Flops {
  private Flops() {}

  /** One pass of training over the rows. */
  static double ofTraining(Model model, Encoded rows) {
    return 3 * ofForward(model, rows);
  }

  /** One pass of inference over the rows. */
  static double ofForward(Model model, Encoded rows) {
    long matrices =
        model.namedParameters().entrySet().stream()
            .filter(entry -> entry.getKey().contains(".layer."))
            .mapToLong(entry -> entry.getValue().shape().numel())
            .sum();
    // DistilBERT has names of its own for the two.
    int layers =
        model
            .config()
            .optionalInt("n_layers", 1, 1 << 12)
            .orElseGet(() -> model.config().requiredInt("num_hidden_layers", 1, 1 << 12));
    int width =
        model
            .config()
            .optionalInt("dim", 1, 1 << 24)
            .orElseGet(() -> model.config().requiredInt("hidden_size", 1, 1 << 24));
    double flops = 0;
    for (int row = 0; row < rows.size(); row++) {
      double length = rows.length(row);
      // Scores and mixing are two products of [T, D] by [D, T] a layer.
      flops += 2.0 * matrices * length + 4.0 * layers * width * length * length;
    }
    return flops;
  }
}
