package org.attune.models;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.attune.AttuneException;
import org.attune.nn.KvCache;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * The decoding of a decoder alone: one cache a layer, and for each row which of the prompt's
 * columns are padding. A token's position is how many real tokens stand before it, so that padding
 * on the left changes nothing.
 */
public final class CausalDecoding implements Decoding {
  /** The body, as it reads tokens that go on from cached ones. */
  public interface Reader {
    /**
     * Reads tokens and adds them to the caches.
     *
     * @param input ids and positions [R, t], counted from 0
     * @param mask over cached and new tokens
     * @param caches one a layer
     * @return their last hidden states [R, t, D]
     */
    Tensor read(ModelInput input, CausalMask mask, List<KvCache> caches);
  }

  /**
   * What a decoder allows.
   *
   * @param layers number of layers, each with a cache
   * @param maxPositions tokens a row that the positions reach
   * @param window how many tokens a token sees at most
   * @param family for messages
   */
  public record Limits(int layers, int maxPositions, OptionalInt window, String family) {}

  private final Reader body;
  private final LanguageModel head;
  private final Limits limits;
  private final List<KvCache> caches = new ArrayList<>();
  private final int promptLength;
  private long[][] positions; // of the prompt's columns, a row
  private long[] tokens; // of the prompt that are not padding, a row
  private Tensor mask; // [R, capacity] I64, 1 beyond the prompt; null when nothing is padded
  private int read;

  /**
   * An empty state for a batch of prompts.
   *
   * @param prompts padded on the left, if at all
   * @param capacity most tokens a row, prompt and new ones together
   * @param body makes states of tokens
   * @param head makes logits of states
   * @throws AttuneException when padding stands on the right, or the prompt is empty
   */
  public CausalDecoding(
      ModelInput prompts, int capacity, Limits limits, Reader body, LanguageModel head) {
    this.body = body;
    this.head = head;
    this.limits = limits;
    int rows = (int) prompts.ids().size(0);
    promptLength = (int) prompts.ids().size(1);
    if (promptLength == 0) {
      throw new AttuneException(
          limits.family() + ": the prompt is empty, expected at least one token");
    }
    long[] flags = flags(prompts);
    boolean padded = countPositions(flags, rows);
    if (padded) {
      mask = padding(flags, rows, capacity).keep();
    }
    for (int i = 0; i < limits.layers(); i++) {
      caches.add(new KvCache(capacity));
    }
  }

  private static long[] flags(ModelInput prompts) {
    if (prompts.mask().isEmpty()) {
      return Tensors.ones(prompts.ids().shape(), org.attune.tensor.DType.I64).toLongs();
    }
    if (prompts.mask().get().rank() != 2) {
      throw new IllegalArgumentException("a prompt's mask is [B, T], got one of rank 3");
    }
    return prompts.mask().get().toLongs();
  }

  /** Positions are the cumulative sum of the mask, less one; true when something is padded. */
  private boolean countPositions(long[] flags, int rows) {
    positions = new long[rows][promptLength];
    tokens = new long[rows];
    boolean padded = false;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < promptLength; column++) {
        boolean real = flags[row * promptLength + column] != 0;
        tokens[row] += real ? 1 : 0;
        positions[row][column] = Math.max(0, tokens[row] - 1);
        padded |= !real;
      }
      if (flags[(row + 1) * promptLength - 1] == 0) {
        throw new AttuneException(
            limits.family()
                + ": prompt "
                + row
                + " ends with padding, expected padding on the left, so that new tokens follow the"
                + " last one");
      }
    }
    return padded;
  }

  /** Rows need not write equally many tokens: one that is out of positions must leave in time. */
  private void requirePosition(int row, long position) {
    if (position >= limits.maxPositions()) {
      throw new AttuneException(
          limits.family()
              + ": a prompt of "
              + tokens[row]
              + " tokens and what follows it need more than the "
              + limits.maxPositions()
              + " positions the model has; shorten the prompt or max_new_tokens");
    }
  }

  private Tensor padding(long[] flags, int rows, int capacity) {
    long[] all = new long[rows * capacity];
    java.util.Arrays.fill(all, 1);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(flags, row * promptLength, all, row * capacity, promptLength);
    }
    return Tensors.ofLongs(all, rows, capacity);
  }

  @Override
  public Tensor next(Tensor ids) {
    return read(ids, states -> head.logits(states.select(1, ids.size(1) - 1)));
  }

  @Override
  public Tensor states(Tensor ids) {
    return read(ids, states -> states);
  }

  /** Reads tokens and takes what is wanted of their states [R, t, D]. */
  private Tensor read(Tensor ids, UnaryOperator<Tensor> wanted) {
    int length = (int) ids.size(1);
    if (ids.size(0) != tokens.length) {
      throw new IllegalArgumentException(
          "the decoding has " + tokens.length + " rows, the tokens " + ids.size(0));
    }
    Tensor result = Autograd.noGrad(() -> Scope.tidy(() -> wanted.apply(step(ids, length))));
    read += length;
    return result;
  }

  private Tensor step(Tensor ids, int length) {
    Optional<Tensor> visible =
        Optional.ofNullable(mask).map(m -> m.narrow(1, 0, (long) read + length));
    CausalMask causal = CausalMask.behind(visible, read, length, limits.window());
    ModelInput input = ModelInput.of(ids).withPositions(positions(length).to(ids.device()));
    return body.read(input, causal, caches); // [R, t, D]
  }

  private Tensor positions(int length) {
    long[] next = new long[tokens.length * length];
    for (int row = 0; row < tokens.length; row++) {
      requirePosition(row, Math.max(tokens[row], tokens[row] + read + length - promptLength) - 1);
      for (int i = 0; i < length; i++) {
        int column = read + i;
        next[row * length + i] =
            column < promptLength ? positions[row][column] : tokens[row] + column - promptLength;
      }
    }
    return Tensors.ofLongs(next, tokens.length, length);
  }

  @Override
  public void reorder(long[] rows) {
    move(rows);
    try (Scope scope = Scope.open()) {
      Tensor index = Tensors.ofLongs(rows, rows.length);
      caches.forEach(cache -> cache.reorder(index));
    }
  }

  @Override
  public void reorder(long[] rows, int unchanged) {
    move(rows);
    KvCache.reorder(caches, rows, unchanged);
  }

  /** Everything but the caches. */
  private void move(long[] rows) {
    long[][] chosen = new long[rows.length][];
    long[] counts = new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      chosen[i] = positions[(int) rows[i]];
      counts[i] = tokens[(int) rows[i]];
    }
    positions = chosen;
    tokens = counts;
    if (mask != null) {
      try (Scope scope = Scope.open()) {
        Tensor before = mask;
        mask = before.indexSelect(0, Tensors.ofLongs(rows, rows.length)).keep();
        before.close();
      }
    }
  }

  @Override
  public void close() {
    caches.forEach(KvCache::close);
    if (mask != null) {
      mask.close();
      mask = null;
    }
  }
}
