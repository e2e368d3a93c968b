package org.attune.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What a run will take at its peak, predicted before its first step. In bytes.
 *
 * @param resident the process as it stands, the model's weights read
 * @param gradients of the weights, at the moment when most of them exist
 * @param optimizer what it will remember of the weights
 * @param activations of the largest pass through the model
 * @param pass that pass, as {@code 32 rows of 128 tokens}
 */
public record MemoryForecast(
    long resident, long gradients, long optimizer, long activations, String pass) {
  /**
   * Numbers in use are not all: malloc keeps what it cannot join, a backward pass needs room for
   * what it is just computing, the JVM compiles. An estimate, not yet measured over many shapes.
   */
  private static final double ROOM = 1.12;

  private static final long JVM = 90L << 20;

  /** The most that will be resident. */
  public long peak() {
    return resident + growth();
  }

  /** What is still to come. */
  public long growth() {
    return (long) (ROOM * (gradients + optimizer + activations)) + JVM;
  }

  /** In one line for people. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "memory at the peak: about %s (now %s; gradients %s, optimizer %s, activations of %s %s)",
        megabytes(peak()),
        megabytes(resident),
        megabytes(gradients),
        megabytes(optimizer),
        pass,
        megabytes(activations));
  }

  /** Whether it fits into so much more memory; unknown memory is enough. */
  public boolean fits(OptionalLong free) {
    return free.isEmpty() || growth() <= free.getAsLong();
  }

  /** {@code 1,234 MB}. */
  static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%,d MB", Math.round(bytes / 1e6));
  }

  /**
   * A change of the recipe, and what the run would take with it.
   *
   * @param keys as a recipe has them
   */
  public record Option(String keys, MemoryForecast forecast) {}

  /**
   * What to say where a run does not fit.
   *
   * @param options from the least to the most that is given up
   */
  public String refusal(long free, List<Option> options) {
    List<String> fitting = new ArrayList<>();
    for (Option option : options) {
      if (option.forecast().fits(OptionalLong.of(free))) {
        fitting.add(option.keys() + " (" + megabytes(option.forecast().peak()) + ")");
      }
    }
    String advice =
        fitting.isEmpty()
            ? "nothing this recipe can say would fit: take a smaller model, shorter texts"
                + " (max_length) or a larger machine"
            : "what would fit: " + String.join("; or ", fitting);
    return "train: this run does not fit: it needs about "
        + megabytes(growth())
        + " more and "
        + megabytes(free)
        + " are free; "
        + describe()
        + "; "
        + advice
        + "; --force tries all the same";
  }
}
