package org.attune.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.attune.UsageException;

/**
 * Easy rows first (Bengio et al. 2009). While the {@link Competence} is below 1, each batch is
 * drawn at random, no row twice, from the easiest rows that it allows (Platanios et al. 2019,
 * algorithm 1); which rows those are does not depend on the pass over the data, so that an easy row
 * may come several times in one pass and a hard one not at all. From then on the order is another
 * sampler's.
 *
 * <p>A pass has as many batches as it always has, so that a run takes as many steps.
 */
public final class CurriculumSampler implements Sampler {
  /** Apart from the streams of the other orders, whose numbers are passes. */
  private static final long STREAM = 1L << 40;

  private final String name;
  private final double[] difficulty;
  private final Competence competence;
  private final Sampler afterwards;

  /**
   * An order by difficulty.
   *
   * @param name of the difficulty, for the record of the run
   * @param difficulty of each row, the higher the harder; only their order counts
   * @param competence how fast harder rows come in
   * @param afterwards the order once all rows may come
   */
  public CurriculumSampler(
      String name, double[] difficulty, Competence competence, Sampler afterwards) {
    this.name = name;
    this.difficulty = difficulty.clone();
    this.competence = competence;
    this.afterwards = afterwards;
    for (int row = 0; row < difficulty.length; row++) {
      if (Double.isNaN(difficulty[row])) {
        throw new UsageException(
            "curriculum: the difficulty of row " + (row + 1) + " is no number");
      }
    }
  }

  @Override
  public String fingerprint() {
    return "curriculum("
        + name
        + " "
        + Integer.toHexString(Arrays.hashCode(difficulty))
        + ", "
        + competence
        + ", then "
        + afterwards.fingerprint()
        + ")";
  }

  @Override
  public int[][] batches(int[] lengths, int batchSize, long seed, int epoch) {
    if (lengths.length != difficulty.length) {
      throw new UsageException(
          "curriculum: there are difficulties of "
              + difficulty.length
              + " rows, the training set has "
              + lengths.length);
    }
    int[][] batches = afterwards.batches(lengths, batchSize, seed, epoch);
    long before = (long) epoch * batches.length; // steps
    if (competence.at(before) >= 1) {
      return batches;
    }
    int[] easiestFirst = easiestFirst();
    for (int i = 0; i < batches.length; i++) {
      double share = competence.at(before + i);
      if (share < 1) {
        batches[i] = draw(easiestFirst, batches[i].length, share, seed, before + i);
      }
    }
    return batches;
  }

  private int[] easiestFirst() {
    return IntStream.range(0, difficulty.length)
        .boxed()
        .sorted(Comparator.comparingDouble(row -> difficulty[row]))
        .mapToInt(row -> row)
        .toArray();
  }

  /** Some of the easiest rows by chance, none twice (Floyd's algorithm, Bentley and Floyd 1987). */
  private static int[] draw(int[] easiestFirst, int count, double share, long seed, long step) {
    int allowed = (int) Math.max(count, Math.ceil(share * easiestFirst.length));
    Shuffle chance = new Shuffle(seed, STREAM + step);
    Set<Integer> places = new HashSet<>();
    int[] drawn = new int[count];
    for (int i = 0; i < count; i++) {
      int last = allowed - count + i;
      int place = chance.below(last + 1);
      int taken = places.add(place) ? place : last;
      places.add(taken);
      drawn[i] = easiestFirst[taken];
    }
    return drawn;
  }
}
