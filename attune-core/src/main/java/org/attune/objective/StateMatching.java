package org.attune.objective;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.attune.UsageException;
import org.attune.tensor.DType;
import org.attune.tensor.Functional;
import org.attune.tensor.Tensor;

/**
 * How far a student's hidden states are from its teacher's. The distance of a row is the mean over
 * its tokens, padding left out, so that a row counts the same in any batch.
 */
public enum StateMatching {
  /** 1 - cos(s, t) of each token (Sanh et al. 2019, section 2: the third loss of DistilBERT). */
  COSINE {
    @Override
    Tensor ofTokens(Tensor student, Tensor teacher) {
      return Functional.cosineSimilarity(student, teacher).neg().plus(1);
    }
  },
  /** The mean squared difference of each token's numbers (Jiao et al. 2020, equation 8). */
  MSE {
    @Override
    Tensor ofTokens(Tensor student, Tensor teacher) {
      return student.minus(teacher).square().mean(-1);
    }
  };

  /** As a recipe names it. */
  public String configName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The names that a recipe may give. */
  public static List<String> names() {
    return Arrays.stream(values()).map(StateMatching::configName).toList();
  }

  /**
   * The sum of the rows' distances.
   *
   * @param student [B, T, D]
   * @param teacher [B, T, D]
   * @param mask [B, T] F32, 1 for a token and 0 for padding
   * @return a scalar
   * @throws UsageException where the widths D differ
   */
  public Tensor sum(Tensor student, Tensor teacher, Tensor mask) {
    if (student.size(-1) != teacher.size(-1)) {
      throw new UsageException(
          "distillation: the student's hidden states have width "
              + student.size(-1)
              + ", the teacher's "
              + teacher.size(-1)
              + "; they can only be matched where both are as wide; set hidden to 0");
    }
    Tensor tokens = ofTokens(Objective.single(student), Objective.single(teacher)); // [B, T]
    return rowMeans(tokens, mask);
  }

  /** [B, T], one distance a token. */
  abstract Tensor ofTokens(Tensor student, Tensor teacher);

  /**
   * The sum over rows of the mean over their tokens.
   *
   * @param tokens [B, T]
   * @param mask [B, T]
   */
  private static Tensor rowMeans(Tensor tokens, Tensor mask) {
    return tokens.times(mask).sum(-1).div(mask.sum(-1)).sum();
  }

  /**
   * The sum over rows of {@code KL(teacher || student)} of where each query looks, a mean over
   * heads and over the tokens that are no padding (Sun et al. 2020, MobileBERT, section 3.2).
   *
   * @param student probabilities [B, H, T, T]
   * @param teacher probabilities [B, H, T, T]
   * @param mask [B, T] F32
   * @throws UsageException where the numbers of heads H differ
   */
  public static Tensor attentionSum(Tensor student, Tensor teacher, Tensor mask) {
    if (student.size(1) != teacher.size(1)) {
      throw new UsageException(
          "distillation: the student has "
              + student.size(1)
              + " attention heads, the teacher "
              + teacher.size(1)
              + "; attention can only be matched head by head; set attention to 0");
    }
    Tensor ratio = positive(teacher).log().minus(positive(student).log());
    Tensor queries = teacher.times(ratio).sum(-1).mean(1); // [B, T]
    return rowMeans(queries, mask);
  }

  /** Masked keys have probability 0, whose logarithm would be no number; 0 times log(tiny) is 0. */
  private static Tensor positive(Tensor probabilities) {
    return probabilities.to(DType.F32).plus(Float.MIN_NORMAL);
  }
}
