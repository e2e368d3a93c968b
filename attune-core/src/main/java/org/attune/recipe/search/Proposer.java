package org.attune.recipe.search;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attune.tensor.Rng;

/** Chooses the settings of the next trial. */
public interface Proposer {
  /**
   * A trial that is judged.
   *
   * @param values by key
   * @param score the higher the better; the lowest number for one that failed
   */
  record Judged(Map<String, String> values, double score) {
    public Judged {
      values = Map.copyOf(values);
    }
  }

  /**
   * Settings for a trial; empty when there is nothing left to try.
   *
   * @param number of the trial, from 0
   * @param before the trials that are judged
   */
  Optional<Map<String, String>> propose(int number, List<Judged> before);

  /** Every combination of values once. */
  static Proposer grid(Space space) {
    List<Map<String, String>> points = space.grid();
    return (number, before) ->
        number < points.size() ? Optional.of(points.get(number)) : Optional.empty();
  }

  /** Each setting drawn evenly from its range (Bergstra and Bengio 2012), whatever came before. */
  static Proposer random(Space space, long seed) {
    Rng rng = new Rng(seed);
    return (number, before) -> {
      Map<String, String> values = new LinkedHashMap<>();
      space
          .dimensions()
          .forEach((key, dimension) -> values.put(key, draw(dimension, rng, number, key)));
      return Optional.of(values);
    };
  }

  private static String draw(Dimension dimension, Rng rng, int number, String key) {
    double place = rng.nextDouble(number, Rng.site(key), 0);
    if (dimension instanceof Dimension.Choice choice) {
      return choice.values().get((int) (place * choice.values().size()));
    }
    return dimension instanceof Dimension.Real real
        ? real.at(place)
        : ((Dimension.Whole) dimension).at(place);
  }
}
