package org.attune.train;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.attune.data.Batch;
import org.attune.metric.Evaluation;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** A task whose model reads the states of its frozen bottom from a {@link PrefixFile}. */
final class PrefixTask<M extends Module> extends TaskAround<M> implements AutoCloseable {
  private final FrozenPrefix frozen;
  private final PrefixFile trainStates;
  private final Optional<Encoded> validation;
  private final Optional<PrefixFile> validationStates;

  PrefixTask(
      TrainTask<? super M> task,
      FrozenPrefix frozen,
      Encoded train,
      PrefixFile trainStates,
      Optional<Encoded> validation,
      Function<Encoded, PrefixFile> fill) {
    super(task);
    this.frozen = frozen;
    this.trainStates = trainStates;
    this.validation = validation;
    validationStates = validation.map(rows -> rows == train ? trainStates : fill.apply(rows));
  }

  @Override
  public Tensor loss(M model, Batch batch) {
    return over(() -> trainStates.states(batch), () -> task().loss(model, batch));
  }

  @Override
  public double backward(M model, Batch batch, Window window, Precision precision) {
    return over(
        () -> trainStates.states(batch), () -> task().backward(model, batch, window, precision));
  }

  /** From the file where it holds these rows; otherwise through all layers. */
  @Override
  public Evaluation evaluate(M model, Encoded data, int batchSize) {
    if (validation.isEmpty() || validation.get() != data) {
      return task().evaluate(model, data, batchSize);
    }
    var seen = new LastBatch(data);
    return over(
        () -> validationStates.orElseThrow().states(seen.last),
        () -> task().evaluate(model, seen, batchSize));
  }

  private <T> T over(Supplier<Tensor> states, Supplier<T> body) {
    frozen.stack().replayFirst(frozen.layers(), states);
    try {
      return body.get();
    } finally {
      frozen.stack().runWhole();
    }
  }

  /** Rows that remember which of them were asked for last: those that the model reads next. */
  private static final class LastBatch implements Encoded {
    private final Encoded rows;
    private Batch last;

    LastBatch(Encoded rows) {
      this.rows = rows;
    }

    @Override
    public int size() {
      return rows.size();
    }

    @Override
    public int length(int row) {
      return rows.length(row);
    }

    @Override
    public Batch batch(int[] numbers) {
      return batch(numbers, 0);
    }

    @Override
    public Batch batch(int[] numbers, int epoch) {
      last = rows.batch(numbers, epoch);
      return last;
    }

    @Override
    public <E extends Encoded> E as(Class<E> kind) {
      return rows.as(kind);
    }
  }

  @Override
  public void close() {
    trainStates.close();
    validationStates.ifPresent(PrefixFile::close);
  }
}
