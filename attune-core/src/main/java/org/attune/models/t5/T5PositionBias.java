package org.attune.models.t5;

import org.attune.nn.Embedding;
import org.attune.nn.Module;
import org.attune.tensor.DType;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * What a stack adds to all its attention scores for the distance of key and query (Raffel et al.
 * 2019, section 2.1): a learned number a head for each bucket of distances. Near distances have
 * buckets of their own, far ones share them by the logarithm. The table is stored with block 0.
 */
final class T5PositionBias extends Module {
  private final Embedding table; // "relative_attention_bias" [buckets, H]
  private final int buckets;
  private final int maxDistance;
  private final boolean bidirectional;

  /**
   * The bias of one stack.
   *
   * @param bidirectional whether keys behind the query have buckets too: in the encoder
   */
  T5PositionBias(T5Config config, boolean bidirectional) {
    this.buckets = config.buckets();
    this.maxDistance = config.maxDistance();
    this.bidirectional = bidirectional;
    table = child("relative_attention_bias", new Embedding(config.buckets(), config.heads(), -1));
    table.weight().deviation(Math.pow(config.width(), -0.5));
  }

  /**
   * The bias of the last {@code queries} of {@code keys} places.
   *
   * @return [1, H, T, S] F32
   */
  Tensor forward(int queries, int keys) {
    long[] numbers = new long[queries * keys];
    int past = keys - queries;
    for (int query = 0; query < queries; query++) {
      for (int key = 0; key < keys; key++) {
        numbers[query * keys + key] = bucket(key - query - past);
      }
    }
    Tensor index = Tensors.ofLongs(numbers, queries, keys).to(table.weight().value().device());
    Tensor bias = table.forward(index).permute(2, 0, 1).unsqueeze(0); // [1, H, T, S]
    return (bias.dtype() == DType.F32 ? bias : bias.to(DType.F32)).contiguous();
  }

  /** In which bucket a key lies that is so many places behind the query (before it: negative). */
  int bucket(int relative) {
    int count = bidirectional ? buckets / 2 : buckets;
    int first = bidirectional && relative > 0 ? count : 0;
    int distance = bidirectional ? Math.abs(relative) : Math.max(0, -relative);
    int exact = count / 2;
    if (distance < exact) {
      return first + distance;
    }
    // In single precision, as the reference computes it: the bounds of buckets depend on it.
    float log = (float) Math.log((double) ((float) distance / exact));
    float share = log / (float) Math.log((double) maxDistance / exact);
    int far = exact + (int) (share * (count - exact));
    return first + Math.min(far, count - 1);
  }
}
