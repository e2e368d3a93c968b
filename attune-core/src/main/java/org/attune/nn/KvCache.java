package org.attune.nn;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * Keys and values of one attention layer for the tokens read so far, in memory of a fixed size:
 * nothing is allocated a token. Not for training.
 */
public final class KvCache implements AutoCloseable {
  private final long capacity;
  private Tensor both; // [R, 2, H, capacity, E], keys and values; null before the first append
  private Tensor keys; // [R, H, capacity, E], a view
  private Tensor values;
  private long length;

  /**
   * An empty cache.
   *
   * @param capacity most tokens a row
   */
  public KvCache(long capacity) {
    this.capacity = capacity;
  }

  /** Tokens held a row. */
  public long length() {
    return length;
  }

  /**
   * Adds the keys and values of new tokens.
   *
   * @param key [R, H, t, E]
   * @param value [R, H, t, E]
   * @throws IllegalStateException when the capacity is exceeded
   */
  public void append(Tensor key, Tensor value) {
    long added = key.size(2);
    if (length + added > capacity) {
      throw new IllegalStateException(
          "a cache for " + capacity + " tokens cannot take " + added + " behind " + length);
    }
    if (both == null) {
      take(room(key));
    }
    Autograd.noGrad(
        () -> {
          keys.narrow(2, length, added).copyFrom(key);
          values.narrow(2, length, added).copyFrom(value);
        });
    length += added;
  }

  private Tensor room(Tensor like) {
    Shape shape = Shape.of(like.size(0), 2, like.size(1), capacity, like.size(3));
    return Tensors.empty(shape, like.dtype() == DType.BF16 ? DType.BF16 : DType.F32);
  }

  /** Makes this the memory: [R, 2, H, capacity, E]. */
  private void take(Tensor room) {
    both = room.keep();
    keys = room.select(1, 0).keep();
    values = room.select(1, 1).keep();
  }

  /** All keys so far [R, H, length, E], a view. */
  public Tensor keys() {
    return keys.narrow(2, 0, length);
  }

  /** All values so far [R, H, length, E], a view. */
  public Tensor values() {
    return values.narrow(2, 0, length);
  }

  /** Row i becomes a copy of row {@code rows[i]}: rows [R'] I64. */
  public void reorder(Tensor rows) {
    if (both == null) {
      return;
    }
    Tensor chosen = Autograd.noGrad(() -> both.indexSelect(0, rows));
    close();
    take(chosen);
  }

  /**
   * Row i becomes a copy of row {@code rows[i]} in the caches of all layers. Both hold the same up
   * to a place: only what is behind it is copied, and only where a row changes, within the memory
   * there is.
   *
   * @param rows as many as there are
   * @param from number of tokens that are the same already
   */
  public static void reorder(List<KvCache> caches, long[] rows, long from) {
    long[] changed = LongStream.range(0, rows.length).filter(i -> rows[(int) i] != i).toArray();
    if (changed.length == 0) {
      return;
    }
    long[] origins = Arrays.stream(changed).map(i -> rows[(int) i]).toArray();
    try (Scope scope = Scope.open()) {
      Tensor targets = Tensors.ofLongs(changed, changed.length);
      Tensor sources = Tensors.ofLongs(origins, origins.length);
      Autograd.noGrad(() -> caches.forEach(cache -> cache.copy(sources, targets, from)));
    }
  }

  private void copy(Tensor sources, Tensor targets, long from) {
    if (both != null && from < length) {
      Tensor behind = both.narrow(3, from, length - from); // [R, 2, H, length - from, E], a view
      behind.indexCopyInPlace(0, targets, behind.indexSelect(0, sources));
    }
  }

  @Override
  public void close() {
    if (both != null) {
      keys.close();
      values.close();
      both.close();
      both = null;
    }
  }
}
