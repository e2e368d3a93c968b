package org.attune.objective;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.attune.UsageException;
import org.attune.nn.OutputEmbeddings;
import org.attune.tensor.Autograd;
import org.attune.tensor.FusedCrossEntropy;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * Cross-entropy of a language model that never holds the logits of all places: they are made,
 * turned into their gradient and dropped a chunk of places at a time. So memory grows with the
 * chunk and not with places times vocabulary, and places without a target (85 % of them in masked
 * language modelling) never reach the head.
 *
 * <p>There is no way to give the engine a backward function from Java. The backward pass of the
 * last layer therefore runs here, chunk by chunk, and {@code backward(gradient)} goes on from where
 * it ends: same numbers, other order.
 *
 * @param chunk most logits held at a time: rows of a chunk times vocabulary
 */
public record ChunkedCrossEntropy(long chunk) {
  /** 128 MB in F32: 667 places of GPT-2's vocabulary; larger chunks are no faster. */
  private static final long DEFAULT_CHUNK = 1L << 25;

  public ChunkedCrossEntropy {
    if (chunk < 1) {
      throw new UsageException("cross_entropy: chunk is " + chunk + " logits, expected at least 1");
    }
  }

  public static ChunkedCrossEntropy ofDefaultSize() {
    return new ChunkedCrossEntropy(DEFAULT_CHUNK);
  }

  /** How many targets count. */
  public static long weight(long[] targets) {
    return Arrays.stream(targets).filter(target -> target != CrossEntropy.IGNORE).count();
  }

  /**
   * The losses, without gradients.
   *
   * @param transform the head's layers before the last: [n, D] to [n, D]
   * @param output the head's last layer
   * @param hidden [.., D]
   * @param targets one a place, row-major; {@link CrossEntropy#IGNORE} where there is none
   * @return one a place; 0 where there is no target
   */
  public float[] losses(
      UnaryOperator<Tensor> transform, OutputEmbeddings output, Tensor hidden, long[] targets) {
    float[] losses = new float[targets.length];
    if (weight(targets) == 0) {
      return losses;
    }
    Places places = Places.of(hidden, targets, output.vocabularySize());
    int rows = rows(output);
    for (int at = 0; at < places.count(); at += rows) {
      int count = Math.min(rows, places.count() - at);
      int from = at;
      try (Scope scope = Scope.open()) {
        float[] some =
            Autograd.noGrad(
                () -> {
                  Tensor states = transform.apply(places.hidden.narrow(0, from, count));
                  return FusedCrossEntropy.losses(
                      output.logits(states), places.targets(from, count));
                });
        for (int i = 0; i < count; i++) {
          losses[places.kept[from + i]] = some[i];
        }
      }
    }
    return losses;
  }

  /**
   * Adds the gradients of {@code sum / divisor} to everything the hidden states and the head come
   * from.
   *
   * @param transform the head's layers before the last: [n, D] to [n, D]
   * @param output the head's last layer
   * @param hidden [.., D]; its graph is used up
   * @param targets one a place, row-major; {@link CrossEntropy#IGNORE} where there is none
   * @param divisor what the sum of losses is divided by, above 0
   * @return the sum divided by {@code divisor}
   */
  public double backward(
      UnaryOperator<Tensor> transform,
      OutputEmbeddings output,
      Tensor hidden,
      long[] targets,
      double divisor) {
    if (weight(targets) == 0) {
      return 0;
    }
    try (Scope scope = Scope.open()) {
      Places places = Places.of(hidden, targets, output.vocabularySize());
      Tensor states = transform.apply(places.hidden); // [N, D]
      int rows = Math.min(rows(output), places.count());
      double sum = 0;
      OutputBackward backward = new OutputBackward(output, states, rows, 1 / divisor);
      for (int at = 0; at < places.count(); at += rows) {
        int count = Math.min(rows, places.count() - at);
        sum += backward.chunk(at, places.targets(at, count));
      }
      backward.finish();
      return sum / divisor;
    }
  }

  /**
   * Numbers that {@link #backward} has in memory besides the hidden states.
   *
   * @param places N
   * @param vocabulary V
   * @param width D
   */
  public double numbers(long places, int vocabulary, long width) {
    double logits = (double) Math.min(places, rows(vocabulary)) * vocabulary;
    return logits + 2.0 * places * width;
  }

  private int rows(OutputEmbeddings output) {
    return rows(output.vocabularySize());
  }

  private int rows(int vocabulary) {
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, chunk / vocabulary));
  }

  /** The places that have a target. */
  private static final class Places {
    private final Tensor hidden; // [N, D]
    private final Tensor targets; // [N] I64
    private final int[] kept; // which of the batch's places they are

    private Places(Tensor hidden, Tensor targets, int[] kept) {
      this.hidden = hidden;
      this.targets = targets;
      this.kept = kept;
    }

    static Places of(Tensor hidden, long[] targets, int vocabulary) {
      long width = hidden.size(-1);
      if (targets.length != hidden.numel() / width) {
        throw new IllegalArgumentException(
            targets.length + " targets for hidden states " + hidden.shape());
      }
      int[] kept =
          IntStream.range(0, targets.length)
              .filter(i -> targets[i] != CrossEntropy.IGNORE)
              .toArray();
      long[] chosen = Arrays.stream(kept).mapToLong(i -> targets[i]).toArray();
      for (long target : chosen) {
        if (target < 0 || target >= vocabulary) {
          throw new IllegalArgumentException(
              "a target is " + target + ", expected an id below " + vocabulary);
        }
      }
      Tensor flat = hidden.reshape(-1, width);
      Tensor picked =
          kept.length == targets.length
              ? flat
              : flat.indexSelect(
                  0, Tensors.ofLongs(Arrays.stream(kept).asLongStream().toArray(), kept.length));
      return new Places(picked, Tensors.ofLongs(chosen, chosen.length), kept);
    }

    int count() {
      return kept.length;
    }

    /** Those of {@code count} places from {@code at} on, [count]. */
    Tensor targets(int at, int count) {
      return targets.narrow(0, at, count);
    }
  }
}
