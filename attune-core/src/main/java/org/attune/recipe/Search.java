package org.attune.recipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.attune.UsageException;
import org.attune.recipe.search.Space;

/**
 * A search for the best settings of a recipe. The same in YAML has these names in snake case.
 *
 * @param recipe the file that every trial begins with
 * @param sets what all trials override in it, as {@code --set} would
 * @param metric of the validation examples that decides
 * @param strategy how settings are chosen
 * @param trials most settings to try
 * @param seed of the choices
 * @param halving when to give up trials that look bad, for strategy ASHA
 * @param space the settings that may vary
 * @param keep which trials' models stay on disk
 * @param output folder for the trials and the table
 */
public record Search(
    Path recipe,
    List<String> sets,
    String metric,
    Strategy strategy,
    int trials,
    long seed,
    Optional<HalvingPart> halving,
    Space space,
    Keep keep,
    Path output) {
  /** How the settings of a trial are chosen. */
  public enum Strategy {
    /** Every combination. */
    GRID,
    /** Evenly at random. */
    RANDOM,
    /** At random, and only what looks good goes on. */
    ASHA,
    /** Near what was good so far. */
    TPE
  }

  /** Which models stay on disk. */
  public enum Keep {
    BEST,
    ALL
  }

  /**
   * When trials are judged before their end.
   *
   * @param eta one trial in so many goes on
   * @param firstRung evaluations before the first judgement
   */
  public record HalvingPart(int eta, int firstRung) {}

  public Search {
    sets = List.copyOf(sets);
    if (halving.isPresent() && strategy != Strategy.ASHA) {
      throw new UsageException("'asha' is for strategy asha; this search says " + strategy);
    }
  }

  /**
   * Reads a search.
   *
   * @param sets overrides of the search itself, such as {@code trials=5}
   * @throws UsageException naming file, line and key of the first mistake
   */
  public static Search read(Path file, List<String> sets) {
    return SearchReader.read(file, sets);
  }
}
