package org.attune.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.attune.data.Batch;
import org.attune.data.Sampler;

/** How a batch is cut into passes. */
class WindowsTest {
  private record Lengths(List<Integer> of) implements Encoded {
    @Override
    public int size() {
      return of.size();
    }

    @Override
    public int length(int row) {
      return of.get(row);
    }

    @Override
    public Batch batch(int[] rows) {
      throw new AssertionError("no batch is asked for");
    }
  }

  private static int[][] passes(int[] lengths) {
    TrainSettings settings =
        Trainer.of(new TinyClassifier(0, 7), new TinyTask()).batchSize(lengths.length).settings();
    var windows =
        new Windows(
            new Lengths(Arrays.stream(lengths).boxed().toList()),
            Sampler.lengthGrouped(),
            settings);
    return windows.passes(IntStream.range(0, lengths.length).toArray());
  }

  @Property(tries = 200, seed = "42")
  void eachRowIsInOnePassAndNoPassIsEmpty(@ForAll int[] drawn) {
    int[] lengths = Arrays.stream(drawn).map(n -> 1 + Math.floorMod(n, 600)).toArray();
    if (lengths.length == 0) {
      return;
    }
    int[][] passes = passes(lengths);
    assertThat(Arrays.stream(passes).flatMapToInt(Arrays::stream).toArray())
        .containsExactlyInAnyOrder(IntStream.range(0, lengths.length).toArray());
    assertThat(List.of(passes)).allSatisfy(pass -> assertThat(pass).isNotEmpty());
  }

  @Property(tries = 100, seed = "42")
  void passesAreOfLikeSizeAndLessPaddedThanTheWhole(
      @ForAll @IntRange(min = 1, max = 1000) int seed) {
    var random = new Random(seed);
    int[] lengths = random.ints(32, 5, 60).toArray();
    int[][] passes = passes(lengths);
    int total = Arrays.stream(lengths).sum();
    assertThat(passes.length).isEqualTo((total + 511) / 512);
    long padded = 0;
    for (int[] pass : passes) {
      int tokens = Arrays.stream(pass).map(row -> lengths[row]).sum();
      assertThat(tokens).isBetween(total / passes.length - 120, total / passes.length + 120);
      padded += pass.length * (long) Arrays.stream(pass).map(row -> lengths[row]).max().orElse(0);
    }
    long whole = 32L * Arrays.stream(lengths).max().orElse(0);
    assertThat(padded).as("tokens with padding").isLessThan(whole * 9 / 10);
  }
}
