package org.attune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.attune.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Competence by the formulas of Platanios et al. 2019, and what a curriculum lets in when. */
class CurriculumTest {
  private static final int ROWS = 103;
  private static final int BATCH = 8;
  private static final int PER_EPOCH = 13;

  private static double[] difficulty() {
    // Row r is harder than (r * 41 mod 103) others: all different, in no order.
    return IntStream.range(0, ROWS).mapToDouble(row -> row * 41 % ROWS).toArray();
  }

  private static int[] lengths() {
    return IntStream.range(0, ROWS).map(row -> 3 + row % 20).toArray();
  }

  private static CurriculumSampler sampler(Competence competence) {
    return new CurriculumSampler("column", difficulty(), competence, Sampler.random());
  }

  @ParameterizedTest
  @CsvSource({
    // c0 + t (1 - c0) / T and sqrt(c0^2 + t (1 - c0^2) / T) with c0 = 0.1, T = 200
    "LINEAR, 0, 0.1",
    "LINEAR, 50, 0.325",
    "LINEAR, 199, 0.9955",
    "LINEAR, 200, 1",
    "LINEAR, 5000, 1",
    "SQRT, 0, 0.1",
    "SQRT, 50, 0.5074445782546109",
    "SQRT, 100, 0.7106335201775947",
    "SQRT, 200, 1",
    // four stages of 50 steps
    "BABY_STEPS, 0, 0.25",
    "BABY_STEPS, 49, 0.25",
    "BABY_STEPS, 50, 0.5",
    "BABY_STEPS, 150, 1",
    "BABY_STEPS, 200, 1"
  })
  void competenceFollowsItsFormula(Competence.Kind kind, long step, double expected) {
    assertThat(new Competence(kind, 0.1, 200, 4).at(step)).isCloseTo(expected, within(1e-12));
  }

  @ParameterizedTest
  @EnumSource
  void noRowIsHarderThanTheStepAllows(Competence.Kind kind) {
    var competence = new Competence(kind, 0.2, 30, 3);
    for (int epoch = 0; epoch < 3; epoch++) {
      int[][] batches = sampler(competence).batches(lengths(), BATCH, 42, epoch);
      assertThat(batches).hasNumberOfRows(PER_EPOCH);
      for (int i = 0; i < PER_EPOCH; i++) {
        int allowed = (int) Math.ceil(competence.at(epoch * PER_EPOCH + i) * ROWS);
        assertThat(Arrays.stream(batches[i]).boxed()).doesNotHaveDuplicates();
        assertThat(batches[i]).hasSize(i == PER_EPOCH - 1 ? ROWS % BATCH : BATCH);
        assertThat(
                Arrays.stream(batches[i]).mapToDouble(row -> difficulty()[row]).max().orElseThrow())
            .isLessThan(allowed);
      }
    }
  }

  @Test
  void everyAllowedRowIsAsLikely() {
    // Twenty rows of which each batch takes eight, 3900 batches: 1560 of each expected, sd about
    // 31.
    var competence = new Competence(Competence.Kind.LINEAR, 19.5 / ROWS, 1L << 40, 2);
    int[] counts = new int[ROWS];
    for (int epoch = 0; epoch < 325; epoch++) {
      int[][] batches = sampler(competence).batches(lengths(), BATCH, 42, epoch);
      for (int i = 0; i < PER_EPOCH - 1; i++) {
        Arrays.stream(batches[i]).forEach(row -> counts[row]++);
      }
    }
    for (int row = 0; row < ROWS; row++) {
      if (difficulty()[row] < 20) {
        assertThat(counts[row]).isBetween(1420, 1700);
      } else {
        assertThat(counts[row]).isZero();
      }
    }
  }

  @Test
  void oneOrderASeedAndPassAndThenThePlainOne() {
    var competence = new Competence(Competence.Kind.SQRT, 0.1, 20, 2);
    int[][] first = sampler(competence).batches(lengths(), BATCH, 42, 1);
    assertThat(sampler(competence).batches(lengths(), BATCH, 42, 1)).isDeepEqualTo(first);
    assertThat(sampler(competence).batches(lengths(), BATCH, 43, 1)).isNotEqualTo(first);
    int[][] plain = Sampler.random().batches(lengths(), BATCH, 42, 1);
    // Steps 13 to 25: from the 20th on the order is the other sampler's.
    for (int i = 0; i < PER_EPOCH; i++) {
      assertThat(Arrays.equals(first[i], plain[i])).as("batch %d", i).isEqualTo(i >= 7);
    }
    Set<Integer> seen = new HashSet<>();
    for (int[] batch : sampler(competence).batches(lengths(), BATCH, 42, 2)) {
      Arrays.stream(batch).forEach(seen::add);
    }
    assertThat(seen).hasSize(ROWS);
  }

  @Test
  void rarityIsTheSumOfNegativeLogarithms() {
    double[] rarity = WordRarity.of(List.of(new long[] {1, 2}, new long[] {1, 1, 3}));
    assertThat(rarity[0]).isCloseTo(-Math.log(3 / 5.0) - Math.log(1 / 5.0), within(1e-12));
    assertThat(rarity[1]).isCloseTo(-2 * Math.log(3 / 5.0) - Math.log(1 / 5.0), within(1e-12));
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatThrownBy(() -> new Competence(Competence.Kind.SQRT, 0, 10, 2))
        .isInstanceOf(UsageException.class)
        .hasMessage("curriculum: start is 0.0, expected a number above 0, at most 1");
    assertThatThrownBy(
            () ->
                sampler(new Competence(Competence.Kind.SQRT, 0.1, 10, 2))
                    .batches(new int[4], BATCH, 42, 0))
        .isInstanceOf(UsageException.class)
        .hasMessage("curriculum: there are difficulties of 103 rows, the training set has 4");
    assertThat(sampler(new Competence(Competence.Kind.SQRT, 0.1, 10, 2)).fingerprint())
        .startsWith("curriculum(column ")
        .endsWith("then random)");
  }
}
