package org.attune.recipe.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attune.UsageException;

/**
 * Asynchronous successive halving (Li et al. 2020, "A System for Massively Parallel Hyperparameter
 * Tuning", algorithm 2): trials stop at rungs, and of those that reached a rung the best one in
 * {@code eta} goes on to the next. On one machine its trials run one after the other.
 *
 * @param eta how many trials one is kept of, at least 2
 * @param rungs evaluations at which trials stop, rising; the last is the whole run
 */
public record Halving(int eta, List<Integer> rungs) {
  public Halving {
    rungs = List.copyOf(rungs);
    if (eta < 2) {
      throw new UsageException("search: eta is " + eta + ", expected at least 2");
    }
  }

  /**
   * Rungs from the first to the last evaluation of a run, each eta times the one before.
   *
   * @param first evaluations at the lowest rung
   * @param evaluations of a whole run
   */
  public static Halving of(int eta, int first, int evaluations) {
    if (first < 1 || first > evaluations) {
      throw new UsageException(
          "search: the first rung is at evaluation "
              + first
              + ", but a run has "
              + evaluations
              + "; raise train.epochs or set train.evaluate_every to fewer steps");
    }
    List<Integer> rungs = new ArrayList<>();
    for (long at = first; at < evaluations; at *= Math.max(2, eta)) {
      rungs.add((int) at);
    }
    rungs.add(evaluations);
    return new Halving(eta, rungs);
  }

  /**
   * A trial that deserves to go on: from the highest rung down, one among the best in eta that has
   * stopped there. Empty where a new trial should begin.
   *
   * @param scores of each trial at each rung that it reached, the higher the better
   * @return the trial's number; it goes on to the rung after its last
   */
  public Optional<Integer> promote(Map<Integer, List<Double>> scores) {
    for (int rung = rungs.size() - 2; rung >= 0; rung--) {
      int at = rung;
      List<Integer> reached =
          scores.entrySet().stream()
              .filter(trial -> trial.getValue().size() > at)
              .sorted(
                  Comparator.comparingDouble(
                          (Map.Entry<Integer, List<Double>> trial) -> -trial.getValue().get(at))
                      .thenComparing(Map.Entry::getKey))
              .map(Map.Entry::getKey)
              .toList();
      Optional<Integer> candidate =
          reached.stream()
              .limit(reached.size() / eta)
              .filter(trial -> scores.get(trial).size() == at + 1)
              .findFirst();
      if (candidate.isPresent()) {
        return candidate;
      }
    }
    return Optional.empty();
  }
}
