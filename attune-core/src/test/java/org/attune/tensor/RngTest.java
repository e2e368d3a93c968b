package org.attune.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Seeds are fixed, so every bound below either always holds or never. */
class RngTest {
  private static final Shape MILLION = Shape.of(1000, 1000);

  @Test
  void aMaskIsAPureFunctionOfSeedStepAndSite() {
    Rng rng = new Rng(42);
    float[] a = rng.dropoutMask(Shape.of(100), DType.F32, 0.5, 7, 3).toFloats();
    assertThat(new Rng(42).dropoutMask(Shape.of(100), DType.F32, 0.5, 7, 3).toFloats())
        .isEqualTo(a);
    assertThat(rng.dropoutMask(Shape.of(100), DType.F32, 0.5, 8, 3).toFloats()).isNotEqualTo(a);
    assertThat(rng.dropoutMask(Shape.of(100), DType.F32, 0.5, 7, 4).toFloats()).isNotEqualTo(a);
    assertThat(new Rng(43).dropoutMask(Shape.of(100), DType.F32, 0.5, 7, 3).toFloats())
        .isNotEqualTo(a);
  }

  @Test
  void theUnrolledLoopDrawsTheDocumentedWords() {
    Rng rng = new Rng(1);
    float[] mask = rng.dropoutMask(Shape.of(70_000), DType.F32, 0.3, 2, 9).toFloats();
    int threshold = (int) Math.round(0.3 * 0x1p31);
    for (int i = 0; i < mask.length; i += 997) {
      boolean dropped = (Rng.word(rng.key(2, 9), i) >>> 1) < threshold;
      assertThat(mask[i]).isEqualTo(dropped ? 0f : (float) (1 / 0.7));
    }
  }

  @Test
  void dropsTheRightShareAndKeepsTheMean() {
    for (double p : new double[] {0, 0.1, 0.5, 0.9}) {
      Tensor mask = new Rng(5).dropoutMask(MILLION, DType.F32, p, 1, 1);
      // Five standard deviations of a binomial share of a million.
      double bound = 5 * Math.sqrt(p * (1 - p) / 1e6) + 1e-9;
      assertThat(mask.eq(0).to(DType.F64).mean().item()).isCloseTo(p, within(bound));
      assertThat(mask.to(DType.F64).mean().item()).isCloseTo(1, within(bound / (1 - p) + 1e-6));
    }
  }

  @Test
  void bf16MasksDropTheSameElements() {
    float[] single = new Rng(5).dropoutMask(Shape.of(5000), DType.F32, 0.1, 1, 1).toFloats();
    float[] half = new Rng(5).dropoutMask(Shape.of(5000), DType.BF16, 0.1, 1, 1).toFloats();
    for (int i = 0; i < single.length; i++) {
      assertThat(half[i]).isCloseTo(single[i], within(0.005f));
    }
  }

  /** Bytes of the words are uniform: chi-square with 255 degrees of freedom, bound at p = 1e-6. */
  @Test
  void wordsAreUniformInEveryByte() {
    long key = new Rng(11).key(3, 4);
    int n = 1 << 20;
    for (int shift = 0; shift < 32; shift += 8) {
      long[] counts = new long[256];
      for (int i = 0; i < n; i++) {
        counts[(Rng.word(key, i) >>> shift) & 255]++;
      }
      double expected = n / 256.0;
      double chiSquare = 0;
      for (long count : counts) {
        chiSquare += (count - expected) * (count - expected) / expected;
      }
      assertThat(chiSquare).isLessThan(376);
    }
  }

  /** Neighbouring elements, steps and sites are uncorrelated: |r| below 5 / sqrt(n). */
  @Test
  void neighboursAreUncorrelated() {
    Rng rng = new Rng(17);
    int n = 200_000;
    for (int lag : new int[] {1, 2, 64, 384, 4096}) {
      assertThat(correlation(rng.key(1, 1), 0, rng.key(1, 1), lag, n)).isLessThan(5 / Math.sqrt(n));
    }
    assertThat(correlation(rng.key(1, 1), 0, rng.key(2, 1), 0, n)).isLessThan(5 / Math.sqrt(n));
    assertThat(correlation(rng.key(1, 1), 0, rng.key(1, 2), 0, n)).isLessThan(5 / Math.sqrt(n));
    assertThat(correlation(rng.key(1, 1), 0, new Rng(18).key(1, 1), 0, n))
        .isLessThan(5 / Math.sqrt(n));
  }

  private static double correlation(long keyA, long fromA, long keyB, long fromB, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += (double) Rng.word(keyA, fromA + i) * Rng.word(keyB, fromB + i);
    }
    double variance = Math.pow(2, 64) / 12;
    return Math.abs(sum / n / variance);
  }

  @Test
  void normalNumbersHaveTheRightMoments() {
    Tensor x = new Rng(3).normal(MILLION, 0.02, 1, 1).to(DType.F64);
    assertThat(x.mean().item()).isCloseTo(0, within(1e-4));
    assertThat(x.square().mean().sqrt().item()).isCloseTo(0.02, within(1e-4));
    assertThat(x.abs().gt(0.02 * 3).to(DType.F64).mean().item()).isCloseTo(0.0027, within(3e-4));
  }
}
