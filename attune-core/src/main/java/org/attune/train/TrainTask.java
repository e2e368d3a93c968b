package org.attune.train;

import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.metric.Evaluation;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/**
 * All that training knows of a job: how text becomes batches, what is made small, how good a model
 * is.
 *
 * @param <M> the models the task can train
 */
public interface TrainTask<M extends Module> {
  /** Tokenizes a data set, once before the first step. */
  Encoded encode(Dataset data);

  /**
   * The sum of the losses of a batch's items, a scalar; the trainer divides by the weight of the
   * whole accumulation window.
   */
  Tensor loss(M model, Batch batch);

  /** How many items of the batch count: examples, or tokens whose label is not masked. */
  double weight(Batch batch);

  /**
   * How good the model is on a data set. Called with dropout off and gradients not recorded.
   *
   * @param batchSize rows to run at a time; must not change the result
   */
  Evaluation evaluate(M model, Encoded data, int batchSize);
}
