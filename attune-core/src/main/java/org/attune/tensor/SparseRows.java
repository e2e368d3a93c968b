package org.attune.tensor;

import static org.attune.tensor.EngineCall.tensor;

/**
 * A gradient that only some rows of a table have, as a lookup of a few thousand tokens leaves in
 * embeddings of tens of thousands.
 *
 * @param rows [n] I64, ascending, each once
 * @param values [n, D]
 */
public record SparseRows(Tensor rows, Tensor values) {
  /** The rows of a gradient that {@link Tensor#isSparse}; what came twice is summed. */
  public static SparseRows of(Tensor gradient) {
    Tensor summed = tensor("coalesce", () -> gradient.handle().coalesce(), gradient);
    return new SparseRows(
        tensor("indices", () -> summed.handle().indices(), summed).select(0, 0),
        tensor("values", () -> summed.handle().values(), summed));
  }
}
