package org.attune.models;

import org.attune.UsageException;
import org.attune.tensor.Tensor;

/**
 * The state of a decoder between two tokens: keys and values of what it has read. It holds native
 * memory until closed. R is the number of rows: prompts times beams.
 */
public interface Decoding extends AutoCloseable {
  /**
   * Reads tokens behind those read so far.
   *
   * @param ids [R, t] I64: the prompts or the start tokens at first, then one a row
   * @return the logits [R, V] behind the last of them
   */
  Tensor next(Tensor ids);

  /**
   * Reads tokens like {@link #next}, and gives the states that logits are made of: contrastive
   * search compares them.
   *
   * @param ids [R, t] I64
   * @return [R, t, D]
   * @throws UsageException where the decoder does not hand them out
   */
  default Tensor states(Tensor ids) {
    throw new UsageException(
        "generate: contrastive search (penalty_alpha) is for decoders alone, such as GPT-2 and"
            + " Llama; leave penalty_alpha out");
  }

  /**
   * Row i goes on from what row {@code rows[i]} has read. The number of rows may change, which is
   * how prompts become beams.
   */
  void reorder(long[] rows);

  /**
   * The same where each row has read the same first tokens as the row it goes on from, as the beams
   * of one prompt mostly have: only what follows need be copied.
   *
   * @param unchanged tokens read a row (padding included) up to which nothing changes; the number
   *     of rows stays as it is
   */
  default void reorder(long[] rows, int unchanged) {
    reorder(rows);
  }

  @Override
  void close();
}
