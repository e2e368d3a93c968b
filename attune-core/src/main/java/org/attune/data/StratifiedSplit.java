package org.attune.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Chooses rows so that each label keeps its share: exact counts by largest remainder. A label with
 * two rows or more is on both sides; a single row stays on the first.
 */
final class StratifiedSplit {
  private StratifiedSplit() {}

  /** The rows of the first side, ascending; {@code wanted} of them. */
  static List<Integer> first(List<Example> examples, int wanted, long seed) {
    Map<String, List<Integer>> strata = new TreeMap<>();
    for (int i = 0; i < examples.size(); i++) {
      strata.computeIfAbsent(stratum(examples.get(i).target()), key -> new ArrayList<>()).add(i);
    }
    List<List<Integer>> groups = List.copyOf(strata.values());
    int[] quota = quotas(groups, wanted, examples.size());
    List<Integer> chosen = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      int[] order = new Shuffle(seed, g + 1L).permutation(groups.get(g).size());
      for (int i = 0; i < quota[g]; i++) {
        chosen.add(groups.get(g).get(order[i]));
      }
    }
    chosen.sort(null);
    return chosen;
  }

  /** Rows that must be alike in share: the label, or all rows where there is none to go by. */
  private static String stratum(Target target) {
    return target instanceof Target.Single single ? String.format("%09d", single.label()) : "";
  }

  private static int[] quotas(List<List<Integer>> groups, int wanted, int total) {
    int[] quota = new int[groups.size()];
    double[] remainder = new double[groups.size()];
    int given = 0;
    for (int g = 0; g < quota.length; g++) {
      double exact = (double) groups.get(g).size() * wanted / total;
      quota[g] = (int) Math.floor(exact);
      remainder[g] = exact - quota[g];
      given += quota[g];
    }
    List<Integer> byRemainder = new ArrayList<>();
    for (int g = 0; g < quota.length; g++) {
      byRemainder.add(g);
    }
    byRemainder.sort(
        Comparator.comparingDouble((Integer g) -> -remainder[g]).thenComparing(g -> g));
    for (int i = 0; i < wanted - given; i++) {
      quota[byRemainder.get(i % quota.length)]++;
    }
    for (int g = 0; g < quota.length; g++) {
      int size = groups.get(g).size();
      quota[g] = size == 1 ? 1 : Math.max(1, Math.min(size - 1, quota[g]));
    }
    return quota;
  }
}
