package org.attune.models;

/**
 * Floating point operations that the mathematics of a forward pass needs, without padding or
 * recomputation (Chowdhery et al. 2022, appendix B): 2 for each token and each element of a matrix
 * it meets, and the two products of attention, as if every query saw every key. Norms, biases,
 * activations, tables of embeddings, and heads other than one over the vocabulary are left out.
 *
 * <p>Each family's config says what its layers hold; {@link Model#flops} adds it up.
 */
public final class Flops {
  private Flops() {}

  /**
   * Products of tokens with matrices.
   *
   * @param elements of the matrices
   */
  public static double products(double elements, long tokens) {
    return 2 * elements * tokens;
  }

  /**
   * Scores and mixing: products of [T, H E] with [H E, S] and of [T, S] with [S, H E].
   *
   * @param width H E
   * @param queries T
   * @param keys S
   */
  public static double attention(double width, long queries, long keys) {
    return 4 * width * queries * keys;
  }

  /**
   * A layer in which tokens look at each other.
   *
   * @param elements of its matrices
   * @param width H E of its attention
   */
  public static double layer(double elements, double width, long tokens) {
    return products(elements, tokens) + attention(width, tokens, tokens);
  }

  /**
   * The head over the vocabulary, where the model has one.
   *
   * @param width D
   * @param tokens whose logits there are
   */
  public static double head(Model model, double width, long tokens) {
    return model instanceof LanguageModel ? products(width * model.vocabularySize(), tokens) : 0;
  }
}
