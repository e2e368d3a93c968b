package org.attune.data.noise;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.attune.data.noise.TextDenoising.Words;
import org.junit.jupiter.api.Test;

/**
 * Chi-square of what chance decides, over a million tokens; seeds 1 to 5. The bounds are the 99.9 %
 * points of the distribution.
 */
class NoiseDistributionTest {
  private static final int ROWS = 2000;
  private static final int LENGTH = 500;
  private static final int MASK = 4;

  private static double chiSquare(long[] observed, double[] shares) {
    double total = Arrays.stream(observed).sum();
    double sum = 0;
    for (int i = 0; i < observed.length; i++) {
      double expected = total * shares[i];
      sum += (observed[i] - expected) * (observed[i] - expected) / expected;
    }
    return sum;
  }

  private static double[] even(int count) {
    double[] shares = new double[count];
    Arrays.fill(shares, 1.0 / count);
    return shares;
  }

  private static boolean[] all(int length) {
    boolean[] all = new boolean[length];
    Arrays.fill(all, true);
    return all;
  }

  @Test
  void maskingIsFifteenPercentInEightyTenTen() {
    var masking = new MaskedTokens(0.15, false, MASK, 1000);
    int[] ids = new int[LENGTH];
    Arrays.fill(ids, 5000); // outside the vocabulary: a random token is never the old one
    long[] chosen = new long[2];
    long[] fates = new long[3];
    long[] random = new long[1000];
    for (int row = 0; row < ROWS; row++) {
      var masked = masking.mask(ids, all(LENGTH), all(LENGTH), RowRandom.of(1, 0, row));
      for (int i = 0; i < LENGTH; i++) {
        boolean asked = masked.labels()[i] != MaskedTokens.IGNORE;
        chosen[asked ? 0 : 1]++;
        int seen = masked.ids()[i];
        if (!asked) {
          assertThat(seen).isEqualTo(5000);
        } else if (seen == MASK) {
          fates[0]++;
        } else if (seen == 5000) {
          fates[2]++;
        } else {
          fates[1]++;
          random[seen]++;
        }
      }
    }
    assertThat(chiSquare(chosen, new double[] {0.15, 0.85})).isLessThan(10.83);
    // One random token in a thousand is the mask token itself.
    assertThat(chiSquare(fates, new double[] {0.8001, 0.0999, 0.1})).isLessThan(13.82);
    random[MASK] = random[MASK + 1]; // counted among the masked
    assertThat(chiSquare(random, even(1000))).isLessThan(1142);
  }

  @Test
  void wholeWordsAreChosenAsOftenAsTokens() {
    var masking = new MaskedTokens(0.15, true, MASK, 1000);
    Random shape = new Random(2);
    long[] words = new long[2];
    for (int row = 0; row < ROWS; row++) {
      boolean[] starts = new boolean[LENGTH];
      IntStream.range(0, LENGTH).forEach(i -> starts[i] = i == 0 || shape.nextInt(3) > 0);
      boolean[] chosen = masking.choose(all(LENGTH), starts, RowRandom.of(2, 1, row));
      for (int i = 0; i < LENGTH; i++) {
        if (starts[i]) {
          words[chosen[i] ? 0 : 1]++;
        } else {
          assertThat(chosen[i]).isEqualTo(chosen[i - 1]);
        }
      }
    }
    assertThat(chiSquare(words, new double[] {0.15, 0.85})).isLessThan(10.83);
  }

  @Test
  void spansAreARandomSplit() {
    // 27 tokens of noise (0.15 x 180) in 9 spans: the first has k of them in C(26 - k, 7) of the
    // C(26, 8) splits.
    var corruption = new SpanCorruption(0.15, 3, IntStream.range(0, 100).boxed().toList(), 1);
    long[] firstSpan = new long[9]; // 1, 2, .., 8, more
    long[] edge = new long[2];
    for (int row = 0; row < 1_000_000 / 180; row++) {
      boolean[] noise = corruption.noise(180, RowRandom.of(3, 0, row));
      int begin = 0;
      while (!noise[begin]) {
        begin++;
      }
      int length = 0;
      while (begin + length < 180 && noise[begin + length]) {
        length++;
      }
      firstSpan[Math.min(9, length) - 1]++;
      edge[begin == 1 ? 0 : 1]++;
    }
    double[] shares = new double[9];
    double rest = 1;
    for (int k = 1; k <= 8; k++) {
      shares[k - 1] = choose(26 - k, 7) / choose(26, 8);
      rest -= shares[k - 1];
    }
    shares[8] = rest;
    assertThat(chiSquare(firstSpan, shares)).isLessThan(26.12);
    // 153 kept tokens in 9 parts: the first is one token long in C(151, 7) of C(152, 8) splits.
    double one = choose(151, 7) / choose(152, 8);
    assertThat(chiSquare(edge, new double[] {one, 1 - one})).isLessThan(10.83);
  }

  private static double choose(int n, int k) {
    double result = 1;
    for (int i = 1; i <= k; i++) {
      result = result * (n - k + i) / i;
    }
    return result;
  }

  @Test
  void poissonIsPoisson() {
    RowRandom random = RowRandom.of(4, 0, 0);
    long[] counts = new long[10];
    for (int i = 0; i < 1_000_000; i++) {
      counts[Math.min(9, random.poisson(3))]++;
    }
    double[] shares = new double[10];
    double share = Math.exp(-3);
    double rest = 1;
    for (int k = 0; k < 9; k++) {
      shares[k] = share;
      rest -= share;
      share *= 3.0 / (k + 1);
    }
    shares[9] = rest;
    assertThat(chiSquare(counts, shares)).isLessThan(27.88);
  }

  @Test
  void infillingCoversItsShareAndDeletionAndRotationTheirs() {
    int[] ids = IntStream.range(10, 10 + LENGTH).toArray();
    var infilling = new TextDenoising(0.3, 3, 0, 0, 0, MASK, List.of());
    var deletion = new TextDenoising(0, 3, 0, 0.1, 0, MASK, List.of());
    long[] deleted = new long[2];
    long masks = 0;
    long kept = 0;
    for (int row = 0; row < ROWS; row++) {
      int[] filled = infilling.corrupt(new Words(ids, all(LENGTH)), RowRandom.of(5, 0, row));
      long here = Arrays.stream(filled).filter(id -> id == MASK).count();
      masks += here;
      kept += filled.length - here;
      int left = deletion.corrupt(new Words(ids, all(LENGTH)), RowRandom.of(5, 1, row)).length;
      deleted[0] += LENGTH - left;
      deleted[1] += left;
    }
    double tokens = (double) ROWS * LENGTH;
    // Spans hold 3 words on average, so there are a tenth as many masks as words; some spans meet.
    assertThat(masks / tokens).isBetween(0.08, 0.1);
    assertThat(kept / tokens).isBetween(0.70, 0.76);
    assertThat(chiSquare(deleted, new double[] {0.1, 0.9})).isLessThan(10.83);
  }

  @Test
  void allOrdersOfSentencesAreEquallyLikely() {
    // Three sentences, ids 1 9 2 9 3 9.
    var denoising = new TextDenoising(0, 3, 1, 0, 0, MASK, List.of(9));
    int[] ids = {1, 9, 2, 9, 3, 9};
    long[] orders = new long[6];
    List<Integer> seen = new ArrayList<>();
    for (int row = 0; row < 60_000; row++) {
      int[] out = denoising.corrupt(new Words(ids, all(6)), RowRandom.of(5, 2, row));
      int order = out[0] * 10 + out[2];
      if (!seen.contains(order)) {
        seen.add(order);
      }
      orders[seen.indexOf(order)]++;
    }
    assertThat(chiSquare(orders, even(6))).isLessThan(20.52);
  }

  @Test
  void halfOfThePairsAreNext() {
    int sentences = 40_000;
    int[] starts = IntStream.rangeClosed(0, 2000).map(i -> i * 20).toArray();
    var documents =
        new NextSentences.Documents(starts, sentence -> 5 + Math.floorMod(sentence * 31, 17));
    var pairs = new NextSentences(60, 0.1);
    long[] kinds = new long[2];
    for (int document = 0; document < 2000; document++) {
      int begin = starts[document];
      for (var pair : pairs.pairs(documents, document, RowRandom.of(5, 3, document))) {
        assertThat(pair.firstEnd()).isGreaterThan(pair.first());
        assertThat(pair.secondEnd()).isGreaterThan(pair.second());
        assertThat(pair.first()).isBetween(begin, begin + 19);
        boolean same = pair.second() >= begin && pair.second() < begin + 20;
        assertThat(same).isEqualTo(!pair.random());
        if (pair.firstEnd() < begin + 20 || pair.random()) {
          kinds[pair.random() ? 1 : 0]++;
        }
      }
    }
    double share = kinds[1] / (double) (kinds[0] + kinds[1]);
    // A lone last sentence has no next one and is always paired by chance.
    assertThat(share).isBetween(0.5, 0.62);
    assertThat(starts[2000]).isEqualTo(sentences);
  }

  @Test
  void longerTextsAreCutAtBothEnds() {
    var pairs = new NextSentences(20, 0.1);
    int[] drop = pairs.truncation(30, 10, RowRandom.of(5, 4, 0));
    assertThat(drop[0] + drop[1]).isEqualTo(20);
    assertThat(drop[2] + drop[3]).isZero();
    assertThat(drop[0]).isBetween(4, 16);
  }

  @Test
  void drawsDependOnSeedEpochAndRowAlone() {
    double first = RowRandom.of(1, 2, 3).nextDouble();
    assertThat(RowRandom.of(1, 2, 3).nextDouble()).isEqualTo(first);
    assertThat(RowRandom.of(1, 2, 4).nextDouble()).isNotEqualTo(first);
    assertThat(RowRandom.of(1, 3, 3).nextDouble()).isNotEqualTo(first);
    assertThat(RowRandom.of(2, 2, 3).nextDouble()).isNotEqualTo(first);
  }
}
