package org.attune.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds of every metric on any data. */
class MetricPropertiesTest {
  private static final String SEED = "20261124";

  @Property(tries = 40, seed = SEED)
  void theOrderOfRowsDoesNotMatter(
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 2, max = 5) int labels,
      @ForAll long seed) {
    Random random = new Random(seed);
    int[] gold = random.ints(rows, 0, labels).toArray();
    double[][] p = probabilities(random, rows, labels);
    boolean[][] sets = new boolean[rows][labels];
    double[] number = new double[rows];
    for (int i = 0; i < rows; i++) {
      sets[i][random.nextInt(labels)] = random.nextBoolean();
      number[i] = Math.rint(4 * p[i][0]); // ties
    }
    int[] order = shuffled(random, rows);
    same(
        ClassificationMetrics.evaluate(labels, gold, p, 1),
        ClassificationMetrics.evaluate(
            labels, IntStream.of(order).map(i -> gold[i]).toArray(), permuted(p, order), 1));
    same(
        MultiLabelMetrics.evaluate(labels, sets, p, 0.5, 1),
        MultiLabelMetrics.evaluate(
            labels,
            IntStream.of(order).mapToObj(i -> sets[i]).toArray(boolean[][]::new),
            permuted(p, order),
            0.5,
            1));
    double[] target = IntStream.of(gold).asDoubleStream().toArray();
    same(
        RegressionMetrics.evaluate(target, number, 1),
        RegressionMetrics.evaluate(
            IntStream.of(order).mapToDouble(i -> target[i]).toArray(),
            IntStream.of(order).mapToDouble(i -> number[i]).toArray(),
            1));
  }

  /** Also that the same seed gives the same interval, however the draws were shared out. */
  @Property(tries = 40, seed = SEED)
  void theIntervalContainsTheValueAndIsRepeatable(
      @ForAll @IntRange(min = 1, max = 40) int rows, @ForAll long seed) {
    Random random = new Random(seed);
    int[] gold = random.ints(rows, 0, 3).toArray();
    double[][] p = probabilities(random, rows, 3);
    Evaluation evaluation = ClassificationMetrics.evaluate(3, gold, p, seed);
    evaluation
        .scores()
        .values()
        .forEach(s -> assertThat(s.value()).as("%s", s).isBetween(s.low(), s.high()));
    assertThat(ClassificationMetrics.evaluate(3, gold, p, seed)).isEqualTo(evaluation);
  }

  private static void same(Evaluation a, Evaluation b) {
    assertThat(b.scores().keySet()).isEqualTo(a.scores().keySet());
    a.scores()
        .forEach(
            (name, score) ->
                assertThat(b.scores().get(name).value())
                    .as(name)
                    .isCloseTo(score.value(), within(1e-12)));
  }

  private static double[][] probabilities(Random random, int rows, int labels) {
    double[][] p = new double[rows][labels];
    for (double[] row : p) {
      double sum = 0;
      for (int label = 0; label < labels; label++) {
        row[label] = 1 + random.nextInt(4);
        sum += row[label];
      }
      for (int label = 0; label < labels; label++) {
        row[label] /= sum;
      }
    }
    return p;
  }

  private static double[][] permuted(double[][] rows, int[] order) {
    return IntStream.of(order).mapToObj(i -> rows[i]).toArray(double[][]::new);
  }

  private static int[] shuffled(Random random, int rows) {
    int[] order = IntStream.range(0, rows).toArray();
    for (int i = rows - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int held = order[i];
      order[i] = order[j];
      order[j] = held;
    }
    return order;
  }
}
