package org.attune.recipe.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.attune.UsageException;
import org.junit.jupiter.api.Test;

/** The paper's algorithm 2, followed by hand. */
class HalvingTest {
  @Test
  void rungsRiseByEtaToTheEnd() {
    assertThat(Halving.of(3, 1, 20).rungs()).containsExactly(1, 3, 9, 20);
    assertThat(Halving.of(2, 2, 8).rungs()).containsExactly(2, 4, 8);
    assertThat(Halving.of(3, 1, 1).rungs()).containsExactly(1);
    assertThatThrownBy(() -> Halving.of(3, 4, 3)).isInstanceOf(UsageException.class);
  }

  /** Nine trials, of which five go to the second rung, as they come, and one to the last. */
  @Test
  void theBestInEtaGoOn() {
    Halving halving = Halving.of(3, 1, 9);
    List<Double> ability = List.of(0.5, 0.1, 0.3, 0.9, 0.2, 0.4, 0.6, 0.7, 0.8);
    Map<Integer, List<Double>> scores = new TreeMap<>();
    List<String> events = new ArrayList<>();
    while (true) {
      var promoted = halving.promote(scores);
      if (promoted.isEmpty() && scores.size() == ability.size()) {
        break;
      }
      int trial = promoted.orElse(scores.size());
      scores.computeIfAbsent(trial, t -> new ArrayList<>()).add(ability.get(trial));
      events.add((promoted.isPresent() ? "up " : "new ") + trial);
    }
    // Of three at the lowest rung 0 is the best; of four 3; of seven 3 and 6. That makes three at
    // the
    // second rung, of which 3 goes on. Of eight 3 and 7 are the best two, of nine 3, 8 and 7.
    assertThat(String.join(", ", events))
        .isEqualTo(
            "new 0, new 1, new 2, up 0, new 3, up 3, new 4, new 5, new 6, up 6, up 3, new 7, up 7,"
                + " new 8, up 8");
    assertThat(scores.get(3)).hasSize(3);
  }
}
