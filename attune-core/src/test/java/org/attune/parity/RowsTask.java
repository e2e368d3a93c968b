package org.attune.parity;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.data.Labels;
import org.attune.data.Target;
import org.attune.metric.Evaluation;
import org.attune.models.Model;
import org.attune.models.ModelInput;
import org.attune.objective.CrossEntropy;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.text.Encoding;
import org.attune.train.Encoded;
import org.attune.train.TrainTask;

/**
 * Training on rows of token ids that the other side trained on too: one label a row, or one a
 * token.
 */
final class RowsTask implements TrainTask<Model> {
  /**
   * One row.
   *
   * @param ids token ids, not padded
   * @param labels one, or as many as ids
   */
  record Row(List<Long> ids, List<Long> labels) {
    Encoding encoding() {
      int[] all = ids.stream().mapToInt(Math::toIntExact).toArray();
      int[] none = new int[all.length];
      return new Encoding(all, none, none, none, none, none, all.length);
    }
  }

  private final List<Row> rows;
  private final CrossEntropy objective = CrossEntropy.plain();

  RowsTask(List<Row> rows) {
    this.rows = List.copyOf(rows);
  }

  /** A stand-in of as many examples: the task knows the rows already. */
  Dataset dataset() {
    Example any = new Example("a row", Optional.empty(), new Target.None());
    return Dataset.of("rows", rows.stream().map(row -> any).toList(), Labels.of(List.of()));
  }

  @Override
  public Encoded encode(Dataset data) {
    return new Encoded() {
      @Override
      public int size() {
        return rows.size();
      }

      @Override
      public int length(int row) {
        return rows.get(row).ids().size();
      }

      @Override
      public Batch batch(int[] index) {
        List<Encoding> encodings =
            Arrays.stream(index).mapToObj(i -> rows.get(i).encoding()).toList();
        List<Target> targets =
            Arrays.stream(index).<Target>mapToObj(i -> new Target.None()).toList();
        return Batch.of(encodings, targets, 0, index);
      }
    };
  }

  /** Ids and mask [B, T] of a batch. */
  static ModelInput input(Batch batch) {
    return ModelInput.of(
        Tensors.ofLongs(batch.inputIds(), batch.rows(), batch.length()),
        Tensors.ofLongs(batch.attentionMask(), batch.rows(), batch.length()));
  }

  @Override
  public Tensor loss(Model model, Batch batch) {
    return objective.sum(model.forward(input(batch)), labels(batch));
  }

  @Override
  public double weight(Batch batch) {
    return objective.weight(labels(batch));
  }

  /** [B], or [B, T] filled up with labels that do not count. */
  private Tensor labels(Batch batch) {
    boolean perToken = rows.get(0).labels().size() > 1;
    int width = perToken ? batch.length() : 1;
    long[] labels =
        Arrays.stream(batch.index())
            .mapToObj(i -> rows.get(i).labels())
            .flatMapToLong(
                row ->
                    IntStream.range(0, width)
                        .mapToLong(t -> t < row.size() ? row.get(t) : CrossEntropy.IGNORE))
            .toArray();
    return perToken
        ? Tensors.ofLongs(labels, batch.rows(), width)
        : Tensors.ofLongs(labels, batch.rows());
  }

  @Override
  public Evaluation evaluate(Model model, Encoded data, int batchSize) {
    return new Evaluation(Map.of(), 0);
  }
}
