package org.attune.models;

import java.util.ArrayList;
import java.util.List;
import org.attune.nn.KvCache;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * The decoding of a model with two stacks: the encoder's memory, and a cache of the decoder's own
 * keys and values for each layer.
 */
public final class EncoderDecoderDecoding implements Decoding {
  /** The decoder, as it reads tokens that go on from cached ones. */
  public interface Reader {
    /**
     * Reads tokens and adds them to the caches.
     *
     * @param ids [R, t] I64
     * @param past tokens read before
     * @param caches one a layer
     * @return the logits [R, V] behind the last of them
     */
    Tensor read(Tensor ids, int past, List<KvCache> caches, EncoderMemory memory);
  }

  private final Reader reader;
  private final EncoderMemory memory;
  private final List<KvCache> caches = new ArrayList<>();
  private int past;

  /**
   * A decoder that has read nothing yet.
   *
   * @param capacity most tokens a row
   * @param layers of the decoder
   */
  public EncoderDecoderDecoding(EncoderMemory memory, int capacity, int layers, Reader reader) {
    this.memory = memory;
    this.reader = reader;
    for (int i = 0; i < layers; i++) {
      caches.add(new KvCache(capacity));
    }
  }

  @Override
  public Tensor next(Tensor ids) {
    if (ids.size(0) != memory.rows()) {
      throw new IllegalArgumentException(
          "the decoding has " + memory.rows() + " rows, the tokens " + ids.size(0));
    }
    int before = past;
    Tensor logits =
        Autograd.noGrad(() -> Scope.tidy(() -> reader.read(ids, before, caches, memory)));
    past += (int) ids.size(1);
    return logits;
  }

  @Override
  public void reorder(long[] rows) {
    memory.reorder(rows);
    try (Scope scope = Scope.open()) {
      Tensor index = Tensors.ofLongs(rows, rows.length);
      caches.forEach(cache -> cache.reorder(index));
    }
  }

  @Override
  public void reorder(long[] rows, int unchanged) {
    memory.reorder(rows);
    KvCache.reorder(caches, rows, unchanged);
  }

  @Override
  public void close() {
    caches.forEach(KvCache::close);
    memory.close();
  }
}
