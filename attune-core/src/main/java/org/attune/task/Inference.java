package org.attune.task;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.attune.data.Batch;
import org.attune.models.ModelInput;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.train.Encoded;

/** Runs a model over rows, those of like length together, and puts the answers back in order. */
final class Inference {
  private Inference() {}

  /**
   * One vector a row.
   *
   * @param forward from a batch to [B, C]
   * @return [rows][C], in the order of the data
   */
  static float[][] run(Encoded data, int batchSize, Function<Batch, Tensor> forward) {
    int[] order =
        IntStream.range(0, data.size())
            .boxed()
            .sorted(Comparator.comparingInt(row -> -data.length(row)))
            .mapToInt(Integer::intValue)
            .toArray();
    float[][] results = new float[data.size()][];
    for (int start = 0; start < order.length; start += batchSize) {
      int[] rows = Arrays.copyOfRange(order, start, Math.min(order.length, start + batchSize));
      try (Scope scope = Scope.open()) {
        float[] flat = Autograd.noGrad(() -> forward.apply(data.batch(rows))).toFloats();
        int width = flat.length / rows.length;
        for (int i = 0; i < rows.length; i++) {
          results[rows[i]] = Arrays.copyOfRange(flat, i * width, (i + 1) * width);
        }
      }
    }
    return results;
  }

  /** A batch as tensors; the mask is left out when nothing is padded. */
  static ModelInput input(Batch batch) {
    long rows = batch.rows();
    long length = batch.length();
    Optional<Tensor> mask =
        batch.padded()
            ? Optional.of(Tensors.ofLongs(batch.attentionMask(), rows, length))
            : Optional.empty();
    ModelInput input =
        ModelInput.of(Tensors.ofLongs(batch.inputIds(), rows, length))
            .withMask(batch.packing().isPresent() ? Optional.of(segmentMask(batch)) : mask)
            .withTypeIds(typeIds(batch));
    if (batch.packing().isPresent()) {
      input = input.withPositions(Tensors.ofLongs(batch.packing().get().positions(), rows, length));
    }
    return batch.decoder().isPresent() ? withDecoder(input, batch.decoder().get(), rows) : input;
  }

  /**
   * Left out where all are 0: to a model with segments that is the same, and GPT-2, whose tokenizer
   * knows none, would add the embedding of its token 0 to every place.
   */
  private static Optional<Tensor> typeIds(Batch batch) {
    return Arrays.stream(batch.typeIds()).allMatch(type -> type == 0)
        ? Optional.empty()
        : Optional.of(Tensors.ofLongs(batch.typeIds(), batch.rows(), batch.length()));
  }

  private static ModelInput withDecoder(ModelInput input, Batch.Decoder decoder, long rows) {
    Optional<Tensor> mask =
        decoder.padded()
            ? Optional.of(Tensors.ofLongs(decoder.mask(), rows, decoder.length()))
            : Optional.empty();
    return input.withDecoder(Tensors.ofLongs(decoder.ids(), rows, decoder.length()), mask);
  }

  /** [B, T, T], 1 where two tokens are of the same text. */
  private static Tensor segmentMask(Batch batch) {
    int length = batch.length();
    int[] segments = batch.packing().orElseThrow().segments();
    long[] mask = new long[batch.rows() * length * length];
    for (int r = 0; r < batch.rows(); r++) {
      for (int i = 0; i < length; i++) {
        int at = r * length + i;
        for (int j = 0; j < length; j++) {
          boolean same = segments[at] == segments[r * length + j];
          mask[at * length + j] =
              i == j || (same && batch.attentionMask()[r * length + j] == 1) ? 1 : 0;
        }
      }
    }
    return Tensors.ofLongs(mask, batch.rows(), length, length);
  }
}
