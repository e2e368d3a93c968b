package org.attune.train;

import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.attune.tensor.Autocast;
import org.attune.tensor.DType;
import org.attune.tensor.GemmPeak;

/** The type that matrix products of the forward pass run in; parameters are always fp32. */
public enum Precision {
  FP32,
  /** Brain float 16 under {@link Autocast}. */
  BF16,
  /** bf16 where a measurement on this machine shows that it is clearly faster, else fp32. */
  AUTO;

  /** Casting costs time too, so bf16 has to win by this much. */
  private static final double CLEARLY_FASTER = 1.3;

  /**
   * Wins in a row that make bf16 the faster one: other work on the machine disturbs single ones.
   */
  private static final int WINS = 3;

  /** FP32 or BF16; the first AUTO measures, for 0.1 to 0.4 s. */
  public Precision resolve() {
    return this == AUTO ? Measured.FASTER : this;
  }

  /** Runs a forward pass in this precision. */
  public <T> T run(Supplier<T> forward) {
    return resolve() == BF16 ? Autocast.bf16(forward) : forward.get();
  }

  /** Loaded, and so measured, when AUTO is first asked for. */
  private static final class Measured {
    static final Precision FASTER = bf16Wins() ? BF16 : FP32;

    private static boolean bf16Wins() {
      return IntStream.range(0, WINS)
          .allMatch(
              round -> GemmPeak.measure(DType.BF16) > CLEARLY_FASTER * GemmPeak.measure(DType.F32));
    }
  }
}
