package org.attune.objective;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.attune.UsageException;
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
 * head therefore runs here, chunk by chunk, and {@code hidden.backward(gradient)} goes on from
 * where it ends: same numbers, other order.
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
   * @param head from hidden states [n, D] to logits [n, V]
   * @param hidden [.., D]
   * @param targets one a place, row-major; {@link CrossEntropy#IGNORE} where there is none
   * @param vocabulary V
   * @return one a place; 0 where there is no target
   */
  public float[] losses(UnaryOperator<Tensor> head, Tensor hidden, long[] targets, int vocabulary) {
    float[] losses = new float[targets.length];
    if (weight(targets) == 0) {
      return losses;
    }
    Places places = Places.of(hidden, targets, vocabulary);
    int[] kept = Places.kept(targets);
    for (long at = 0; at < places.count(); at += rows(vocabulary)) {
      long count = Math.min(rows(vocabulary), places.count() - at);
      long from = at;
      try (Scope scope = Scope.open()) {
        Tensor logits = head.apply(places.hidden().narrow(0, from, count).detach());
        float[] some = FusedCrossEntropy.losses(logits, places.targets().narrow(0, from, count));
        for (int i = 0; i < some.length; i++) {
          losses[kept[(int) from + i]] = some[i];
        }
      }
    }
    return losses;
  }

  /**
   * Adds the gradients of {@code sum / divisor} to everything the hidden states and the head come
   * from.
   *
   * @param head from hidden states [n, D] to logits [n, V]; its last operation must not need the
   *     logits in its backward pass, as a linear layer does not
   * @param hidden [.., D]; its graph is used up
   * @param targets one a place, row-major; {@link CrossEntropy#IGNORE} where there is none
   * @param vocabulary V
   * @param divisor what the sum of losses is divided by, above 0
   * @return the sum divided by {@code divisor}
   */
  public double backward(
      UnaryOperator<Tensor> head, Tensor hidden, long[] targets, int vocabulary, double divisor) {
    if (weight(targets) == 0) {
      return 0;
    }
    try (Scope scope = Scope.open()) {
      Places places = Places.of(hidden, targets, vocabulary);
      Tensor states = places.hidden(); // [N, D]
      Tensor gradient = Tensors.empty(states.shape(), states.dtype());
      double sum = 0;
      for (long at = 0; at < places.count(); at += rows(vocabulary)) {
        long count = Math.min(rows(vocabulary), places.count() - at);
        sum += chunk(head, places, gradient, at, count, divisor);
      }
      if (states.requiresGrad()) {
        states.backward(gradient);
      }
      return sum / divisor;
    }
  }

  /** One chunk's losses; its part of {@code gradient} is filled. */
  private static double chunk(
      UnaryOperator<Tensor> head,
      Places places,
      Tensor gradient,
      long at,
      long count,
      double divisor) {
    try (Scope scope = Scope.open()) {
      Tensor states = places.hidden().narrow(0, at, count).detach().requiresGrad(true); // [n, D]
      Tensor logits = head.apply(states); // [n, V]
      Tensor targets = places.targets().narrow(0, at, count);
      Tensor slope = logits.detach();
      double sum = FusedCrossEntropy.gradientInPlace(slope, targets, 1 / divisor);
      logits.backward(slope);
      gradient.narrow(0, at, count).copyFrom(states.grad().orElseThrow());
      return sum;
    }
  }

  private long rows(int vocabulary) {
    return Math.max(1, chunk / vocabulary);
  }

  /**
   * The places that have a target.
   *
   * @param hidden [N, D]
   * @param targets [N] I64
   */
  private record Places(Tensor hidden, Tensor targets) {
    static Places of(Tensor hidden, long[] targets, int vocabulary) {
      long width = hidden.size(-1);
      if (targets.length != hidden.numel() / width) {
        throw new IllegalArgumentException(
            targets.length + " targets for hidden states " + hidden.shape());
      }
      int[] kept = kept(targets);
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
      return new Places(picked, Tensors.ofLongs(chosen, chosen.length));
    }

    static int[] kept(long[] targets) {
      return IntStream.range(0, targets.length)
          .filter(i -> targets[i] != CrossEntropy.IGNORE)
          .toArray();
    }

    long count() {
      return targets.numel();
    }
  }
}
