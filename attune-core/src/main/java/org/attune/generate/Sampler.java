package org.attune.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attune.tensor.DType;
import org.attune.tensor.Rng;
import org.attune.tensor.Selection;
import org.attune.tensor.Tensor;

/**
 * Draws tokens. Only the top-k scores leave native memory. A draw is a function of the seed, the
 * row's own site and the number of tokens it has written, so that neither the batch nor the order
 * of rows plays a part.
 */
final class Sampler {
  private final Sampling sampling;
  private final List<Filter> filters;
  private final Rng rng;

  /**
   * A source of draws.
   *
   * @param least tokens the filters must leave
   */
  Sampler(Sampling sampling, int least) {
    this.sampling = sampling;
    this.filters = Filter.of(sampling, least);
    this.rng = new Rng(sampling.seed());
  }

  /**
   * What may be drawn in each row, filtered.
   *
   * @param scores [R, V]
   */
  List<Candidates> candidates(Tensor scores) {
    int rows = (int) scores.size(0);
    int vocabulary = (int) scores.size(1);
    int count = sampling.topK() == 0 ? vocabulary : Math.min(sampling.topK(), vocabulary);
    Selection.Best best = Selection.top(scores.to(DType.F32), count);
    float[] values = best.values().toFloats();
    long[] tokens = best.indices().toLongs();
    List<Candidates> all = new ArrayList<>(rows);
    for (int row = 0; row < rows; row++) {
      Candidates candidates = row(values, tokens, row * count, count);
      filters.forEach(filter -> filter.apply(candidates));
      all.add(candidates);
    }
    return all;
  }

  private static Candidates row(float[] values, long[] tokens, int from, int count) {
    int[] ids = new int[count];
    double[] logits = new double[count];
    Arrays.setAll(ids, i -> (int) tokens[from + i]);
    Arrays.setAll(logits, i -> values[from + i]);
    return new Candidates(ids, logits);
  }

  /** The next token of a row. */
  int draw(Candidates candidates, Sequence row) {
    return candidates.draw(uniform(row, 0));
  }

  /** A number in (0, 1) of a row's present step. */
  double uniform(Sequence row, long index) {
    return rng.nextDouble(row.written(), row.site(), index);
  }
}
