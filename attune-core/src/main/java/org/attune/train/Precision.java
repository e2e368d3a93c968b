package org.attune.train;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attune.tensor.Autocast;
import org.attune.tensor.DType;
import org.attune.tensor.GemmPeak;

/** The type that matrix products of the forward pass run in; parameters are always fp32. */
public enum Precision {
  FP32,
  /** Brain float 16 under {@link Autocast}. */
  BF16,
  /** IEEE half precision under {@link Autocast}, with the loss scaled by {@link LossScaling}. */
  FP16,
  /** bf16 where a measurement on this machine shows that it is clearly faster, else fp32. */
  AUTO;

  /** Casting costs time too, so bf16 has to win by this much. */
  private static final double CLEARLY_FASTER = 1.3;

  /**
   * Wins in a row that make bf16 the faster one: other work on the machine disturbs single ones.
   */
  private static final int WINS = 3;

  /** The names as recipes spell them. */
  public static List<String> names() {
    return Stream.of(AUTO, FP32, BF16, FP16).map(Precision::configName).toList();
  }

  /** As a recipe spells it. */
  public String configName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** FP32, BF16 or FP16; the first AUTO measures, for 0.1 to 0.4 s. */
  public Precision resolve() {
    return this == AUTO ? Measured.FASTER : this;
  }

  /** Runs a forward pass in this precision. */
  public <T> T run(Supplier<T> forward) {
    return switch (resolve()) {
      case BF16 -> Autocast.bf16(forward);
      case FP16 -> Autocast.fp16(forward);
      default -> forward.get();
    };
  }

  /** Loaded, and so measured, when AUTO is first asked for. */
  private static final class Measured {
    // A processor without instructions for bf16 emulates it, which loses every time. fp16 is never
    // chosen: its range is no match for weights trained in another type.
    static final Precision FASTER = bf16Wins() ? BF16 : FP32;

    private static boolean bf16Wins() {
      return IntStream.range(0, WINS)
          .allMatch(
              round -> GemmPeak.measure(DType.BF16) > CLEARLY_FASTER * GemmPeak.measure(DType.F32));
    }
  }
}
