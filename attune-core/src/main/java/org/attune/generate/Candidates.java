package org.attune.generate;

import java.util.Arrays;
import org.attune.AttuneException;

/**
 * Tokens of one row that may be drawn, the most probable first, with their logits. Filters take
 * tokens out; what is left is renormalized when it is asked for its probabilities.
 */
final class Candidates {
  private final int[] tokens;
  private final double[] logits;
  private int size;

  /** Tokens with their logits, the largest first; those of -inf are left out. */
  Candidates(int[] tokens, double[] logits) {
    this.tokens = tokens;
    this.logits = logits;
    this.size = tokens.length;
    boolean[] possible = new boolean[size];
    for (int i = 0; i < size; i++) {
      possible[i] = logits[i] > Double.NEGATIVE_INFINITY;
    }
    keep(possible);
    if (size == 0) {
      throw new AttuneException(
          "generate: no token can be drawn: the settings forbid all of them, or the model's logits"
              + " are not numbers");
    }
  }

  int size() {
    return size;
  }

  int token(int place) {
    return tokens[place];
  }

  double logit(int place) {
    return logits[place];
  }

  void divideLogits(double divisor) {
    for (int i = 0; i < size; i++) {
      logits[i] /= divisor;
    }
  }

  /** The first {@code count} remain. */
  void keepFirst(int count) {
    size = Math.min(size, count);
  }

  /** Those that are marked remain, in their order. */
  void keep(boolean[] marked) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (marked[i]) {
        tokens[kept] = tokens[i];
        logits[kept] = logits[i];
        kept++;
      }
    }
    size = kept;
  }

  /** The softmax of the logits that are left. */
  double[] probabilities() {
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      most = Math.max(most, logits[i]);
    }
    double[] shares = new double[size];
    double sum = 0;
    for (int i = 0; i < size; i++) {
      shares[i] = Math.exp(logits[i] - most);
      sum += shares[i];
    }
    for (int i = 0; i < size; i++) {
      shares[i] /= sum;
    }
    return shares;
  }

  /** The token at which the running sum of the probabilities passes {@code share} of (0, 1). */
  int draw(double share) {
    double[] probabilities = probabilities();
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += probabilities[i];
      if (share < sum) {
        return tokens[i];
      }
    }
    return tokens[size - 1]; // the sum may end a rounding below 1
  }

  /** The tokens left, the most probable first. */
  int[] tokens() {
    return Arrays.copyOf(tokens, size);
  }
}
