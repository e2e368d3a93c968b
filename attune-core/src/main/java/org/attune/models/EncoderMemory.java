package org.attune.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.attune.nn.Attention;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * Keys and values of an encoder's states for every cross-attention of a decoder, computed once a
 * prompt. P is the number of prompts, R that of the decoder's rows, which are P or, with beams,
 * more. Beams of one prompt that stand together share its keys and values: their queries are put
 * one after the other into a single attention.
 */
public final class EncoderMemory implements AutoCloseable {
  /**
   * One layer's.
   *
   * @param keys [P, H, S, E]
   * @param values [P, H, S, E]
   */
  public record Layer(Tensor keys, Tensor values) {
    private Layer kept() {
      keys.keep();
      values.keep();
      return this;
    }

    private Layer select(Tensor prompts) {
      return new Layer(keys.indexSelect(0, prompts), values.indexSelect(0, prompts));
    }

    private void close() {
      keys.close();
      values.close();
    }
  }

  private final List<Layer> layers = new ArrayList<>();
  private Optional<Tensor> mask; // [P, 1, 1, S]
  private long[] prompts; // [R]: which prompt each row belongs to
  private long beams = 1; // rows of each prompt

  /**
   * The memory of P prompts with a row each.
   *
   * @param mask [P, 1, 1, S] added to the scores
   */
  public EncoderMemory(List<Layer> layers, Optional<Tensor> mask) {
    layers.forEach(layer -> this.layers.add(layer.kept()));
    this.mask = mask.map(Tensor::keep);
    prompts = identity(layers.get(0).keys().size(0));
  }

  private static long[] identity(long count) {
    long[] numbers = new long[(int) count];
    Arrays.setAll(numbers, i -> i);
    return numbers;
  }

  /** Number of the decoder's rows. */
  public int rows() {
    return prompts.length;
  }

  /**
   * The cross-attention of one layer.
   *
   * @param query [R, t, H E]
   * @return [R, t, H E]
   */
  public Tensor attend(int layer, Attention attention, Tensor query) {
    Layer own = layers.get(layer);
    if (beams == 1) {
      return read(own, attention, query);
    }
    long rows = query.size(0); // R
    long width = query.size(2); // H E
    Tensor together = query.reshape(rows / beams, beams * query.size(1), width); // [P, beams t, ..]
    return read(own, attention, together).reshape(rows, query.size(1), width);
  }

  private Tensor read(Layer own, Attention attention, Tensor query) {
    return attention.join(
        attention.mix(attention.splitQuery(query), own.keys(), own.values(), mask));
  }

  /** Row i goes on from what row {@code rows[i]} has read; see {@link Decoding#reorder}. */
  public void reorder(long[] rows) {
    long[] moved = new long[rows.length];
    Arrays.setAll(moved, i -> prompts[(int) rows[i]]);
    if (Arrays.equals(moved, prompts)) {
      return;
    }
    long[] kept = runs(moved);
    if (kept.length == 0 || moved.length % kept.length != 0 || !even(moved, kept)) {
      kept = moved; // beams of unlike number: each row gets a copy
    }
    long count = layers.get(0).keys().size(0); // P
    if (!Arrays.equals(kept, identity(count))) {
      choose(kept);
    }
    beams = moved.length / kept.length;
    long[] renumbered = new long[moved.length];
    Arrays.setAll(renumbered, i -> i / beams);
    prompts = renumbered;
  }

  /** The numbers with those left out that follow an equal one. */
  private static long[] runs(long[] numbers) {
    long[] runs = new long[numbers.length];
    int count = 0;
    for (int i = 0; i < numbers.length; i++) {
      if (i == 0 || numbers[i] != numbers[i - 1]) {
        runs[count++] = numbers[i];
      }
    }
    return Arrays.copyOf(runs, count);
  }

  private static boolean even(long[] numbers, long[] runs) {
    int each = numbers.length / runs.length;
    for (int i = 0; i < numbers.length; i++) {
      if (numbers[i] != runs[i / each]) {
        return false;
      }
    }
    return true;
  }

  private void choose(long[] numbers) {
    try (Scope scope = Scope.open()) {
      Tensor index = Tensors.ofLongs(numbers, numbers.length);
      Autograd.noGrad(
          () -> {
            layers.replaceAll(
                layer -> {
                  Layer chosen = layer.select(index.to(layer.keys().device())).kept();
                  layer.close();
                  return chosen;
                });
            mask =
                mask.map(
                    old -> {
                      Tensor chosen = old.indexSelect(0, index.to(old.device())).keep();
                      old.close();
                      return chosen;
                    });
          });
    }
  }

  @Override
  public void close() {
    layers.forEach(Layer::close);
    layers.clear();
    mask.ifPresent(Tensor::close);
    mask = Optional.empty();
  }
}
