package org.attune.train;

import java.util.List;
import java.util.Optional;
import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.metric.Evaluation;
import org.attune.nn.ActivationCount;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** A task with something changed about it; what a subclass does not override stays as it was. */
public abstract class TaskAround<M extends Module> implements TrainTask<M> {
  private final TrainTask<? super M> task;

  protected TaskAround(TrainTask<? super M> task) {
    this.task = task;
  }

  protected final TrainTask<? super M> task() {
    return task;
  }

  @Override
  public List<String> metrics() {
    return task.metrics();
  }

  @Override
  public String fingerprint() {
    return task.fingerprint();
  }

  @Override
  public Encoded encode(Dataset data) {
    return task.encode(data);
  }

  @Override
  public Tensor loss(M model, Batch batch) {
    return task.loss(model, batch);
  }

  @Override
  public double weight(Batch batch) {
    return task.weight(batch);
  }

  @Override
  public Optional<ActivationCount> activations(
      M model, long rows, long length, long decoderLength) {
    return task.activations(model, rows, length, decoderLength);
  }

  @Override
  public boolean rowsAreIndependent() {
    return task.rowsAreIndependent();
  }

  @Override
  public Evaluation evaluate(M model, Encoded data, int batchSize) {
    return task.evaluate(model, data, batchSize);
  }
}
