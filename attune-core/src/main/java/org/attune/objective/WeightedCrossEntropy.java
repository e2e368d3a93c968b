package org.attune.objective;

import java.util.List;
import org.attune.UsageException;
import org.attune.tensor.DType;
import org.attune.tensor.Functional;
import org.attune.tensor.Functional.Reduction;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * {@link CrossEntropy} of rare and hard classes: each item counts as its class weighs, and less the
 * surer the model is of it (focal loss, Lin et al. 2017, "Focal Loss for Dense Object Detection",
 * equation 5): {@code -w[y] (1 - p_y)^gamma log p_y}. The mean divides by the sum of the items'
 * class weights, as PyTorch's weighted cross-entropy does.
 *
 * <p>Logits [.., C], targets [..]; {@link CrossEntropy#IGNORE} counts for nothing.
 *
 * @param classWeights w, one a class
 * @param gamma how fast sure items stop counting; 0 for cross-entropy
 * @param labelSmoothing in [0, 1); only without gamma
 */
public record WeightedCrossEntropy(List<Double> classWeights, double gamma, double labelSmoothing)
    implements Objective {
  /** Keeps the slope of a power below 1 finite where p is 1. */
  private static final double SURE = 1e-7;

  public WeightedCrossEntropy {
    classWeights = List.copyOf(classWeights);
    CrossEntropy.checkSmoothing(labelSmoothing);
    if (!(gamma >= 0 && Double.isFinite(gamma))) {
      throw new UsageException("focal loss: gamma is " + gamma + ", expected at least 0");
    }
    if (gamma > 0 && labelSmoothing > 0) {
      throw new UsageException(
          "focal loss: label_smoothing is " + labelSmoothing + "; it has no meaning with gamma");
    }
    for (double weight : classWeights) {
      if (!(weight > 0 && Double.isFinite(weight))) {
        throw new UsageException(
            "cross_entropy: a class weight is " + weight + ", expected a number above 0");
      }
    }
  }

  /**
   * Weights that make all classes count alike: {@code N / (C n_c)} for n_c of N items in class c of
   * C, as scikit-learn's {@code balanced}.
   *
   * @param counts n_c, each at least 1
   */
  public static List<Double> balanced(List<Integer> counts) {
    double all = counts.stream().mapToInt(Integer::intValue).sum();
    return counts.stream().map(count -> all / ((double) counts.size() * count)).toList();
  }

  @Override
  public Tensor sum(Tensor logits, Tensor targets) {
    Tensor flat = Objective.single(logits).reshape(-1, logits.size(-1)); // [N, C]
    Tensor classes = targets.reshape(-1); // [N]
    Tensor weights = weights(flat);
    if (gamma == 0) {
      return Functional.crossEntropy(
          flat, classes, weights, CrossEntropy.IGNORE, labelSmoothing, Reduction.SUM);
    }
    Tensor nll = // [N], 0 for those that do not count
        Functional.crossEntropy(flat, classes, CrossEntropy.IGNORE, 0, Reduction.NONE);
    Tensor unsure = nll.neg().exp().neg().plus(1 + SURE); // 1 - p
    return nll.times(Functional.power(unsure, gamma)).times(itemWeights(classes, weights)).sum();
  }

  @Override
  public double weight(Tensor targets) {
    double sum = 0;
    for (long target : targets.toLongs()) {
      sum += target == CrossEntropy.IGNORE ? 0 : classWeights.get(Math.toIntExact(target));
    }
    return sum;
  }

  /** Of each item's class; whatever for one that does not count. */
  private static Tensor itemWeights(Tensor classes, Tensor weights) {
    Tensor known = classes.maskedFill(classes.eq(CrossEntropy.IGNORE), 0);
    return weights.indexSelect(0, known);
  }

  private Tensor weights(Tensor logits) {
    float[] numbers = new float[classWeights.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = classWeights.get(i).floatValue();
    }
    return Tensors.ofFloats(numbers, numbers.length).to(logits.device()).to(DType.F32);
  }
}
