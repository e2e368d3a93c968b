package org.attune.nn;

import java.util.List;

/**
 * How many numbers a forward pass keeps for the backward pass.
 *
 * @param stacks of layers
 * @param outside of them: embeddings and heads
 */
public record ActivationCount(List<Stack> stacks, double outside) {
  public ActivationCount {
    stacks = List.copyOf(stacks);
  }

  /**
   * One stack of like layers.
   *
   * @param layers in it
   * @param layer numbers that one of them keeps, its input included
   * @param state numbers of a hidden state between two layers
   */
  public record Stack(int layers, double layer, double state) {
    double kept(int recomputed) {
      if (recomputed == 0) {
        return layers * layer;
      }
      int segment = Math.min(recomputed, layers);
      return Math.ceil((double) layers / segment) * state + segment * layer;
    }
  }

  /** The count with more outside the stacks. */
  public ActivationCount plus(double more) {
    return new ActivationCount(stacks, outside + more);
  }

  /**
   * Of the whole model.
   *
   * @param recomputed layers of a segment; see {@link BackwardPlan#recomputed}
   */
  public double kept(int recomputed) {
    return outside + stacks.stream().mapToDouble(stack -> stack.kept(recomputed)).sum();
  }

  /**
   * What attention keeps of its queries, keys and values.
   *
   * @param tokens that ask, over all rows
   * @param keys that each of them sees
   * @param width H E
   * @param heads H
   * @param dropped whether weights are dropped: then every key and value stands there twice, with a
   *     choice between the two for each query
   */
  public static double attention(
      double tokens, long keys, double width, double heads, boolean dropped) {
    double plain = tokens * 4 * width; // query, key, value and the mixture
    return dropped ? plain + tokens * (4 * width + 2 * heads * keys) : plain;
  }
}
