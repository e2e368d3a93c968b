package org.attune.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.attune.text.Encoding;
import org.junit.jupiter.api.Test;

/** Orders, splits and batches; seeds are fixed. */
class SamplingTest {
  @Property(tries = 200, seed = "7")
  void everyRowOnceInEveryOrder(
      @ForAll @Size(min = 1, max = 500) List<@IntRange(min = 1, max = 60) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 40) int batchSize,
      @ForAll long seed) {
    int[] array = lengths.stream().mapToInt(i -> i).toArray();
    for (Sampler sampler :
        List.of(Sampler.lengthGrouped(), Sampler.random(), Sampler.sequential())) {
      int[][] batches = sampler.batches(array, batchSize, seed, 3);
      int[] rows = Arrays.stream(batches).flatMapToInt(Arrays::stream).sorted().toArray();
      assertThat(rows).isEqualTo(IntStream.range(0, array.length).toArray());
      assertThat(Arrays.stream(batches).filter(batch -> batch.length != batchSize).count())
          .isLessThanOrEqualTo(1);
      assertThat(sampler.batches(array, batchSize, seed, 3)).isDeepEqualTo(batches);
    }
  }

  @Test
  void groupingLeavesLittlePadding() {
    int[] lengths = IntStream.range(0, 5000).map(i -> 5 + (i * 7919) % 50).toArray();
    assertThat(padding(Sampler.lengthGrouped().batches(lengths, 32, 1, 0), lengths))
        .isLessThan(0.05);
    assertThat(padding(Sampler.random().batches(lengths, 32, 1, 0), lengths)).isGreaterThan(0.3);
  }

  private static double padding(int[][] batches, int[] lengths) {
    long cells = 0;
    long tokens = 0;
    for (int[] batch : batches) {
      int longest = Arrays.stream(batch).map(row -> lengths[row]).max().orElse(0);
      cells += (long) longest * batch.length;
      tokens += Arrays.stream(batch).map(row -> lengths[row]).sum();
    }
    return 1 - (double) tokens / cells;
  }

  @Test
  void theLongestBatchComesFirstAndEpochsDiffer() {
    int[] lengths = IntStream.range(0, 3000).map(i -> 1 + (i * 31) % 97).toArray();
    int[][] first = Sampler.lengthGrouped().batches(lengths, 16, 5, 0);
    assertThat(Arrays.stream(first[0]).map(row -> lengths[row]).max()).hasValue(97);
    assertThat(Sampler.lengthGrouped().batches(lengths, 16, 5, 1)).isNotEqualTo(first);
    assertThat(Sampler.lengthGrouped().batches(lengths, 16, 6, 0)).isNotEqualTo(first);
  }

  /** Each of the 24 orders of four rows about equally often: chi-square, 23 degrees, p = 1e-6. */
  @Test
  void randomOrdersAreEquallyLikely() {
    int[] counts = new int[256];
    int draws = 24_000;
    for (int seed = 0; seed < draws; seed++) {
      int code = 0;
      for (int row : new Shuffle(seed, 1).permutation(4)) {
        code = code * 4 + row;
      }
      counts[code]++;
    }
    double expected = draws / 24.0;
    double chiSquare =
        Arrays.stream(counts)
            .filter(count -> count > 0)
            .mapToDouble(count -> (count - expected) * (count - expected) / expected)
            .sum();
    assertThat(Arrays.stream(counts).filter(count -> count > 0).count()).isEqualTo(24);
    assertThat(chiSquare).isLessThan(70);
  }

  private static Dataset skewed() {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 103; i++) {
      int label = i == 0 ? 2 : i % 10 == 1 ? 1 : 0;
      examples.add(new Example("text " + i, Optional.empty(), new Target.Single(label)));
    }
    return Dataset.of("skewed", examples, Labels.of(List.of("a", "b", "c")));
  }

  @Test
  void splitsKeepEachLabelsShare() {
    Split split = skewed().split(0.8, 42);
    assertThat(split.train().size() + split.validation().size()).isEqualTo(103);
    assertThat(split.train().labelCounts()).containsEntry("b", 9).containsEntry("c", 1);
    assertThat(split.validation().labelCounts()).containsEntry("b", 2).containsEntry("c", 0);
    Set<String> texts = new HashSet<>();
    split.train().examples().forEach(example -> texts.add(example.text()));
    split.validation().examples().forEach(e -> assertThat(texts.add(e.text())).isTrue());
    assertThat(skewed().split(0.8, 42).train().sha256()).isEqualTo(split.train().sha256());
    assertThat(skewed().split(0.8, 43).train().sha256()).isNotEqualTo(split.train().sha256());
  }

  @Test
  void samplesKeepEachLabelsShare() {
    assertThat(skewed().sample(30, 1).size()).isBetween(30, 31);
    assertThat(skewed().sample(30, 1).labelCounts().get("b")).isEqualTo(3);
    assertThat(skewed().sample(1000, 1).size()).isEqualTo(103);
  }

  @Test
  void batchesArePaddedToTheirLongestRow() {
    Encoding two = encoding(5, 6);
    Encoding three = encoding(7, 8, 9);
    Batch batch =
        Batch.of(
            List.of(two, three),
            List.of(new Target.Single(1), new Target.Single(0)),
            99,
            new int[] {4, 2});
    assertThat(batch.inputIds()).containsExactly(5, 6, 99, 7, 8, 9);
    assertThat(batch.attentionMask()).containsExactly(1, 1, 0, 1, 1, 1);
    assertThat(batch.padded()).isTrue();
    assertThat(batch.tokens()).isEqualTo(5);
    assertThat(Batch.of(List.of(two), List.of(), 0, new int[] {0}).padded()).isFalse();
  }

  private static Encoding encoding(int... ids) {
    int[] zeros = new int[ids.length];
    return new Encoding(ids, zeros, zeros, zeros, zeros, zeros, ids.length);
  }

  @Test
  void wordNetTopicsHasItsThreeParts() {
    DataSource train = DataSource.of("builtin:wordnet-topics", "text");
    Dataset data = Dataset.read(train);
    assertThat(data.size()).isGreaterThan(60_000);
    assertThat(data.labels().size()).isEqualTo(25);
    assertThat(data.labelCounts().values()).allMatch(count -> count > 20);
    assertThat(data.get(0).text()).doesNotContain("\"").doesNotContain("|");
  }
}
