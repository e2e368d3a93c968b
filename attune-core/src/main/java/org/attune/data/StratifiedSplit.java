package org.attune.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Chooses rows so that each label keeps its share, by largest remainder in whole numbers: the
 * counts are exact and the same everywhere. Rows with several labels, a score or none are one
 * stratum.
 */
final class StratifiedSplit {
  private final List<List<Integer>> groups;
  private final int total;

  private StratifiedSplit(List<Example> examples) {
    Map<Integer, List<Integer>> strata = new TreeMap<>();
    for (int i = 0; i < examples.size(); i++) {
      strata.computeIfAbsent(stratum(examples.get(i).target()), key -> new ArrayList<>()).add(i);
    }
    groups = List.copyOf(strata.values());
    total = examples.size();
  }

  private static int stratum(Target target) {
    return target instanceof Target.Single single ? single.label() : -1;
  }

  /**
   * The rows of the first of two sides, ascending. A label with two rows or more is on both sides;
   * a single row stays on the first. That rule wins over {@code wanted} where both cannot be had.
   */
  static List<Integer> split(List<Example> examples, int wanted, long seed) {
    StratifiedSplit strata = new StratifiedSplit(examples);
    int count = strata.groups.size();
    int[] least = new int[count];
    int[] most = new int[count];
    for (int g = 0; g < count; g++) {
      least[g] = 1;
      most[g] = Math.max(1, strata.size(g) - 1);
    }
    return strata.choose(strata.quotas(wanted, least, most), seed);
  }

  /** Exactly {@code wanted} rows, ascending; each label has one if there is room for all. */
  static List<Integer> sample(List<Example> examples, int wanted, long seed) {
    StratifiedSplit strata = new StratifiedSplit(examples);
    int count = strata.groups.size();
    int[] least = new int[count];
    int[] most = new int[count];
    for (int g = 0; g < count; g++) {
      least[g] = wanted >= count ? 1 : 0;
      most[g] = strata.size(g);
    }
    return strata.choose(strata.quotas(wanted, least, most), seed);
  }

  private int size(int group) {
    return groups.get(group).size();
  }

  private List<Integer> choose(int[] quota, long seed) {
    List<Integer> chosen = new ArrayList<>();
    for (int g = 0; g < quota.length; g++) {
      int[] order = new Shuffle(seed, g).permutation(size(g));
      for (int i = 0; i < quota[g]; i++) {
        chosen.add(groups.get(g).get(order[i]));
      }
    }
    chosen.sort(null);
    return chosen;
  }

  /**
   * Rows to take of each group: its share rounded down, and one more for the largest remainders.
   */
  private int[] quotas(int wanted, int[] least, int[] most) {
    int[] quota = new int[groups.size()];
    int given = 0;
    for (int g = 0; g < quota.length; g++) {
      int share = (int) ((long) size(g) * wanted / total);
      quota[g] = Math.max(least[g], Math.min(most[g], share));
      given += quota[g];
    }
    while (given != wanted) {
      int step = given < wanted ? 1 : -1;
      int neediest = neediest(quota, step > 0 ? most : least, wanted, step);
      if (neediest < 0) {
        break; // every group is at its bound
      }
      quota[neediest] += step;
      given += step;
    }
    return quota;
  }

  /**
   * The group farthest below (step 1) or above (step -1) its exact share, -1 if all are at bound.
   */
  private int neediest(int[] quota, int[] bound, int wanted, int step) {
    int best = -1;
    long bestLack = 0;
    for (int g = 0; g < quota.length; g++) {
      long lack = step * ((long) size(g) * wanted - (long) quota[g] * total);
      if (quota[g] != bound[g] && (best < 0 || lack > bestLack)) {
        best = g;
        bestLack = lack;
      }
    }
    return best;
  }
}
