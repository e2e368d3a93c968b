package org.attune.objective;

import org.attune.tensor.Functional;
import org.attune.tensor.Tensor;

/**
 * The cosine of two embeddings should be the score of their pair: the squared error of {@code
 * cos(first, second)}, as sentence-transformers' CosineSimilarityLoss (Reimers and Gurevych 2019).
 */
public record CosineSimilarity() {
  private static final SquaredError ERROR = new SquaredError();

  /**
   * The sum over pairs.
   *
   * @param first [B, D]
   * @param second [B, D]
   * @param scores [B], in [-1, 1]
   * @return a scalar; its weight is the number of pairs
   */
  public Tensor sum(Tensor first, Tensor second, Tensor scores) {
    return ERROR.sum(between(first, second), scores);
  }

  /** Cosines [B] of the rows of two matrices [B, D]. */
  public static Tensor between(Tensor first, Tensor second) {
    return Functional.cosineSimilarity(Objective.single(first), Objective.single(second));
  }
}
