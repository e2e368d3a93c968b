package org.attune.models;

import org.attune.AttuneException;
import org.attune.tensor.Tensor;

/**
 * Checks what a batch holds in Java, before a native gather reads memory by it: out of range it
 * would be an error of the engine on a CPU, and the end of the process on a GPU. Every body asks
 * here, so that no command has to.
 */
public final class TokenIds {
  private TokenIds() {}

  /**
   * The ids themselves.
   *
   * @param ids [B, T] I64
   * @param vocabulary V
   * @param family for the message
   * @throws AttuneException naming an id outside the vocabulary, or when there are no tokens
   */
  public static Tensor require(Tensor ids, int vocabulary, String family) {
    return require(
        ids, vocabulary, family, "token id", "; does the tokenizer belong to this model?");
  }

  /**
   * The same for positions [B, T] I64.
   *
   * @param count of the positions the model has
   */
  public static Tensor requirePositions(Tensor positions, int count, String family) {
    return require(positions, count, family, "position", "; set max_length to at most " + count);
  }

  /**
   * The same for token types [B, T] I64.
   *
   * @param count of the types the model has
   */
  public static Tensor requireTypes(Tensor types, int count, String family) {
    return require(
        types, count, family, "token type", "; does the tokenizer belong to this model?");
  }

  /**
   * Ids [B, T] that are no more in a row than the positions reach.
   *
   * @throws AttuneException with both lengths
   */
  public static Tensor requireLength(Tensor ids, int maxLength, String family) {
    if (ids.size(1) > maxLength) {
      throw new AttuneException(
          family
              + ": the input has "
              + ids.size(1)
              + " tokens, the model has positions for "
              + maxLength
              + "; set max_length to at most that");
    }
    return ids;
  }

  private static Tensor require(Tensor ids, int bound, String family, String what, String next) {
    if (ids.numel() == 0) {
      throw new AttuneException(
          family + ": the input has no tokens, expected at least one; is the text empty?");
    }
    long smallest = Long.MAX_VALUE;
    long largest = Long.MIN_VALUE;
    for (long id : ids.toLongs()) { // one copy: two reductions of the engine cost more
      smallest = Math.min(smallest, id);
      largest = Math.max(largest, id);
    }
    if (smallest < 0 || largest >= bound) {
      throw new AttuneException(
          family
              + ": the input has "
              + what
              + " "
              + (smallest < 0 ? smallest : largest)
              + ", expected 0 to "
              + (bound - 1)
              + next);
    }
    return ids;
  }
}
