package org.attune.generate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Takes improbable tokens out before one is drawn; transformers' warpers. */
interface Filter {
  void apply(Candidates candidates);

  /**
   * The filters a setting asks for, in transformers' order. Top-k is not among them: it is what
   * candidates are made by.
   *
   * @param least tokens that must remain: more than one where beams go on from them
   */
  static List<Filter> of(Sampling sampling, int least) {
    List<Filter> filters = new ArrayList<>();
    if (sampling.temperature() != 1) {
      filters.add(candidates -> candidates.divideLogits(sampling.temperature()));
    }
    if (sampling.topP() < 1) {
      filters.add(new TopP(sampling.topP(), least));
    }
    if (sampling.minP() > 0) {
      filters.add(new MinP(sampling.minP(), least));
    }
    if (sampling.typicalP() < 1) {
      filters.add(new Typical(sampling.typicalP(), least));
    }
    if (sampling.epsilonCutoff() > 0 && sampling.epsilonCutoff() < 1) {
      filters.add(new Epsilon(sampling.epsilonCutoff(), least));
    }
    if (sampling.etaCutoff() > 0 && sampling.etaCutoff() < 1) {
      filters.add(new Eta(sampling.etaCutoff(), least));
    }
    return filters;
  }

  /** Nucleus sampling: the least probable go as long as together they stay within 1 - share. */
  record TopP(double share, int least) implements Filter {
    @Override
    public void apply(Candidates candidates) {
      double[] probabilities = candidates.probabilities();
      double tail = 0;
      int kept = probabilities.length;
      while (kept > least && tail + probabilities[kept - 1] <= 1 - share) {
        tail += probabilities[--kept];
      }
      candidates.keepFirst(kept);
    }
  }

  /** Tokens below a share of the best one's probability go. */
  record MinP(double share, int least) implements Filter {
    @Override
    public void apply(Candidates candidates) {
      double[] probabilities = candidates.probabilities();
      int kept = 0;
      while (kept < probabilities.length
          && (kept < least || probabilities[kept] >= share * probabilities[0])) {
        kept++;
      }
      candidates.keepFirst(kept);
    }
  }

  /** Locally typical sampling: tokens whose information is near to the entropy stay. */
  record Typical(double share, int least) implements Filter {
    @Override
    public void apply(Candidates candidates) {
      double[] probabilities = candidates.probabilities();
      double entropy = entropy(probabilities);
      double[] distance = new double[probabilities.length];
      for (int i = 0; i < distance.length; i++) {
        distance[i] = Math.abs(-Math.log(probabilities[i]) - entropy);
      }
      int[] nearest =
          IntStream.range(0, distance.length)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> distance[i]))
              .mapToInt(Integer::intValue)
              .toArray();
      int last = 0;
      for (double sum = probabilities[nearest[0]]; sum < share && last < nearest.length - 1; ) {
        sum += probabilities[nearest[++last]];
      }
      boolean[] kept = new boolean[distance.length];
      for (int i = 0; i < nearest.length; i++) {
        kept[nearest[i]] = i < least || distance[nearest[i]] <= distance[nearest[last]];
      }
      candidates.keep(kept);
    }
  }

  /** Tokens below a fixed probability go. */
  record Epsilon(double threshold, int least) implements Filter {
    @Override
    public void apply(Candidates candidates) {
      keepAbove(candidates, candidates.probabilities(), threshold, least);
    }
  }

  /** Tokens below a probability that depends on the entropy go (Hewitt et al. 2022, eq. 5). */
  record Eta(double threshold, int least) implements Filter {
    @Override
    public void apply(Candidates candidates) {
      double[] probabilities = candidates.probabilities();
      double eta = Math.min(threshold, Math.sqrt(threshold) * Math.exp(-entropy(probabilities)));
      keepAbove(candidates, probabilities, eta, least);
    }
  }

  private static void keepAbove(
      Candidates candidates, double[] probabilities, double threshold, int least) {
    int kept = 0;
    while (kept < probabilities.length && (kept < least || probabilities[kept] >= threshold)) {
      kept++;
    }
    candidates.keepFirst(kept);
  }

  private static double entropy(double[] probabilities) {
    double sum = 0;
    for (double p : probabilities) {
      sum -= p > 0 ? p * Math.log(p) : 0;
    }
    return sum;
  }
}
