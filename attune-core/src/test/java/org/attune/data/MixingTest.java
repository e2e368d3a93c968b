package org.attune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.attune.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shares by the formulas of Raffel et al. 2020, and orders that keep them; seed 42. */
class MixingTest {
  private static final List<Integer> SIZES = List.of(700, 60, 240);

  private static int[] lengths() {
    return IntStream.range(0, 1000).map(row -> 1 + row * 7 % 30).toArray();
  }

  private static int set(int row) {
    return row < 700 ? 0 : row < 760 ? 1 : 2;
  }

  @Test
  void sharesFollowTheirFormulas() {
    assertThat(Mixing.proportional().shares(SIZES))
        .containsExactly(new double[] {0.7, 0.06, 0.24}, within(1e-12));
    assertThat(new Mixing(Mixing.Kind.PROPORTIONAL, 1, 240).shares(SIZES))
        .containsExactly(new double[] {240 / 540.0, 60 / 540.0, 240 / 540.0}, within(1e-12));
    double sum = Math.sqrt(300) + Math.sqrt(60) + Math.sqrt(240);
    assertThat(new Mixing(Mixing.Kind.TEMPERATURE, 2, 300).shares(SIZES))
        .containsExactly(
            new double[] {Math.sqrt(300) / sum, Math.sqrt(60) / sum, Math.sqrt(240) / sum},
            within(1e-12));
    assertThat(new Mixing(Mixing.Kind.EQUAL, 1, 1).shares(SIZES))
        .containsExactly(new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0}, within(1e-12));
  }

  @ParameterizedTest
  @EnumSource
  void aBatchIsOfOneSetAndEachSetHasItsShare(Mixing.Kind kind) {
    var mixing = new Mixing(kind, 2, 500);
    var sampler = MixingSampler.ofBatches(SIZES, mixing, Sampler.lengthGrouped(), 8);
    int[] seen = new int[3];
    int[] rows = new int[1000];
    for (int epoch = 0; epoch < 12; epoch++) {
      int[][] windows = sampler.batches(lengths(), 16, 42, epoch);
      assertThat(windows).hasNumberOfRows(63);
      for (int[] window : windows) {
        assertThat(window).hasSize(16);
        for (int from = 0; from < 16; from += 8) {
          int[] batch = Arrays.copyOfRange(window, from, from + 8);
          assertThat(Arrays.stream(batch).map(MixingTest::set).distinct()).hasSize(1);
          seen[set(batch[0])] += 1;
          Arrays.stream(batch).forEach(row -> rows[row]++);
        }
      }
    }
    double[] shares = mixing.shares(SIZES);
    for (int i = 0; i < 3; i++) {
      assertThat(seen[i]).isCloseTo((int) Math.round(shares[i] * 63 * 2 * 12), within(12));
    }
    // No row comes twice more than another of its set.
    for (int i = 0; i < 3; i++) {
      int of = i;
      var counts =
          IntStream.range(0, 1000)
              .filter(row -> set(row) == of)
              .map(row -> rows[row])
              .summaryStatistics();
      assertThat(counts.getMax() - counts.getMin()).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void rowsOfAllSetsStandSideBySide() {
    var sampler =
        MixingSampler.ofRows(SIZES, new Mixing(Mixing.Kind.EQUAL, 1, 1), Sampler.random());
    int[][] batches = sampler.batches(lengths(), 16, 42, 0);
    assertThat(batches).hasNumberOfRows(63);
    assertThat(
            Arrays.stream(batches)
                .filter(batch -> Arrays.stream(batch).map(MixingTest::set).distinct().count() == 3)
                .count())
        .isGreaterThan(50);
    long[] seen = new long[3];
    Arrays.stream(batches).flatMapToInt(Arrays::stream).forEach(row -> seen[set(row)]++);
    assertThat(seen).containsExactly(336, 336, 336);
  }

  @Test
  void oneOrderASeedAndPass() {
    var sampler = MixingSampler.ofBatches(SIZES, Mixing.proportional(), Sampler.random(), 8);
    int[][] first = sampler.batches(lengths(), 8, 42, 3);
    assertThat(sampler.batches(lengths(), 8, 42, 3)).isDeepEqualTo(first);
    assertThat(sampler.batches(lengths(), 8, 42, 4)).isNotEqualTo(first);
    assertThat(sampler.batches(lengths(), 8, 43, 3)).isNotEqualTo(first);
  }

  @Test
  void refusesEmptySetsAndWindowsThatDoNotFit() {
    assertThatThrownBy(
            () -> MixingSampler.ofRows(List.of(3, 0), Mixing.proportional(), Sampler.random()))
        .isInstanceOf(UsageException.class)
        .hasMessage("mixing: a data set is empty; their sizes are [3, 0]");
    var sampler = MixingSampler.ofBatches(SIZES, Mixing.proportional(), Sampler.random(), 8);
    assertThatThrownBy(() -> sampler.batches(lengths(), 12, 42, 0))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("expected 1000 in windows of a multiple of 8");
    assertThatThrownBy(() -> new Mixing(Mixing.Kind.TEMPERATURE, 0.5, 1))
        .isInstanceOf(UsageException.class)
        .hasMessage("mixing: temperature is 0.5, expected a number of at least 1");
  }
}
