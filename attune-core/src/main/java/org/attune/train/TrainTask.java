package org.attune.train;

import java.util.List;
import java.util.Optional;
import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.metric.Evaluation;
import org.attune.nn.ActivationCount;
import org.attune.nn.Module;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;

/**
 * All that training knows of a job: how text becomes batches, what is made small, how good a model
 * is.
 *
 * @param <M> the models the task can train
 */
public interface TrainTask<M extends Module> {
  /**
   * Names of the metrics that {@link #evaluate} measures, so that a wrong {@code keep_best} is
   * refused before the first step; empty where they are known only after an evaluation.
   */
  default List<String> metrics() {
    return List.of();
  }

  /**
   * What its loss depends on besides model and data, in words: a run is only resumed with the same.
   */
  default String fingerprint() {
    return "";
  }

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
   * Adds the gradients of one batch's share of the window's mean loss to the parameters. A task
   * whose loss goes backward by itself, as chunked losses do, overrides this.
   *
   * @param precision to run the forward pass in
   * @return that share: the batch's sum of losses divided by the window's weight; if it is not
   *     finite, gradients may or may not have been added
   */
  default double backward(M model, Batch batch, Window window, Precision precision) {
    Tensor loss = Scope.tidy(() -> precision.run(() -> loss(model, batch).div(window.weight())));
    double value = loss.item();
    if (Double.isFinite(value)) {
      loss.backward();
    }
    return value;
  }

  /**
   * Numbers that the forward pass of a batch keeps for its backward pass; empty where the task does
   * not know.
   *
   * @param rows B
   * @param length tokens of a row, padding included
   * @param decoderLength the same of what a decoder reads; 0 where there is none
   */
  default Optional<ActivationCount> activations(
      M model, long rows, long length, long decoderLength) {
    return Optional.empty();
  }

  /**
   * Whether a batch's loss is the sum of its rows' own: then a batch may go through the model in
   * parts. A loss that sets rows against each other says no.
   */
  default boolean rowsAreIndependent() {
    return true;
  }

  /**
   * How good the model is on a data set. Called with dropout off and gradients not recorded.
   *
   * @param batchSize rows to run at a time; must not change the result
   */
  Evaluation evaluate(M model, Encoded data, int batchSize);
}
