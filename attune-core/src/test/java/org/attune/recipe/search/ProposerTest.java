package org.attune.recipe.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attune.UsageException;
import org.junit.jupiter.api.Test;

/** Seeds 0 to 39 of the choices. */
class ProposerTest {
  private static final Space SPACE =
      new Space(
          ordered(
              "lr", new Dimension.Real(1e-5, 1e-2, true),
              "dropout", new Dimension.Real(0, 0.5, false),
              "size", new Dimension.Choice(List.of("8", "16", "32")),
              "layers", new Dimension.Whole(1, 4, false)));

  private static Map<String, Dimension> ordered(Object... pairs) {
    Map<String, Dimension> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], (Dimension) pairs[i + 1]);
    }
    return map;
  }

  /** Best at lr 3e-4, no dropout, size 16 and 3 layers, where it is 0. */
  private static double score(Map<String, String> values) {
    double lr = Math.log10(Double.parseDouble(values.get("lr")) / 3e-4);
    double dropout = 2 * Double.parseDouble(values.get("dropout"));
    double size = values.get("size").equals("16") ? 0 : 0.5;
    double layers = 0.3 * Math.abs(Integer.parseInt(values.get("layers")) - 3);
    return -(lr * lr + dropout * dropout + size + layers);
  }

  private static double best(Proposer proposer, int trials) {
    List<Proposer.Judged> judged = new ArrayList<>();
    for (int number = 0; number < trials; number++) {
      Map<String, String> values = proposer.propose(number, judged).orElseThrow();
      judged.add(new Proposer.Judged(values, score(values)));
    }
    return judged.stream().mapToDouble(Proposer.Judged::score).max().orElseThrow();
  }

  @Test
  void tpeFindsBetterSettingsThanChance() {
    int wins = 0;
    double tpe = 0;
    double random = 0;
    for (int seed = 0; seed < 40; seed++) {
      double own = best(new Tpe(SPACE, seed), 40);
      double chance = best(Proposer.random(SPACE, seed), 40);
      wins += own > chance ? 1 : 0;
      tpe += own / 40;
      random += chance / 40;
    }
    assertThat(wins).isGreaterThanOrEqualTo(26);
    assertThat(tpe).isGreaterThan(0.75 * random);
  }

  @Test
  void randomValuesFillTheirRanges() {
    Proposer random = Proposer.random(SPACE, 1);
    int[] sizes = new int[33];
    int[] layers = new int[5];
    int small = 0;
    for (int number = 0; number < 3000; number++) {
      Map<String, String> values = random.propose(number, List.of()).orElseThrow();
      sizes[Integer.parseInt(values.get("size"))]++;
      layers[Integer.parseInt(values.get("layers"))]++;
      double lr = Double.parseDouble(values.get("lr"));
      assertThat(lr).isBetween(1e-5, 1e-2);
      small += lr < 1e-4 ? 1 : 0;
    }
    assertThat(List.of(sizes[8], sizes[16], sizes[32])).allMatch(n -> n > 900 && n < 1100);
    assertThat(List.of(layers[1], layers[2], layers[3], layers[4]))
        .allMatch(n -> n > 650 && n < 850);
    assertThat(small).isBetween(900, 1100); // a third of the three decades
  }

  @Test
  void proposalsDependOnTheSeedAndTheTrialsAlone() {
    Map<String, String> first = new Tpe(SPACE, 3).propose(5, List.of()).orElseThrow();
    assertThat(new Tpe(SPACE, 3).propose(5, List.of())).contains(first);
    assertThat(new Tpe(SPACE, 4).propose(5, List.of())).isNotEqualTo(first);
  }

  @Test
  void aGridIsEveryCombinationOnce() {
    Space space =
        new Space(
            ordered(
                "a",
                new Dimension.Choice(List.of("x", "y")),
                "b",
                new Dimension.Whole(2, 4, false)));
    assertThat(space.grid())
        .containsExactly(
            Map.of("a", "x", "b", "2"),
            Map.of("a", "x", "b", "3"),
            Map.of("a", "x", "b", "4"),
            Map.of("a", "y", "b", "2"),
            Map.of("a", "y", "b", "3"),
            Map.of("a", "y", "b", "4"));
    Proposer grid = Proposer.grid(space);
    assertThat(grid.propose(5, List.of())).contains(Map.of("a", "y", "b", "4"));
    assertThat(grid.propose(6, List.of())).isEmpty();
    assertThatThrownBy(SPACE::grid)
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "search: a grid needs a list of values for 'lr', not a range; or take strategy random");
  }

  @Test
  void refusesRangesThatAreNone() {
    assertThatThrownBy(() -> new Dimension.Real(0, 1, true))
        .hasMessageContaining("a logarithmic range must begin above 0");
    assertThatThrownBy(() -> new Dimension.Whole(4, 4, false))
        .hasMessageContaining("the lower bound comes first");
  }
}
