package org.attune.train;

import java.util.List;
import org.attune.data.Batch;

/**
 * The batches whose gradients add up to one step.
 *
 * @param batches in order
 * @param weight what a sum of losses is divided by: how many items count in all batches (see {@link
 *     TrainTask#weight}) over {@code lossScale}
 * @param lossScale what the mean loss is multiplied by, so that fp16 gradients do not vanish; a
 *     part of a loss that has a divisor of its own must be multiplied by it. 1 in other precisions
 */
public record Window(List<Batch> batches, double weight, double lossScale) {
  public Window {
    batches = List.copyOf(batches);
  }

  /** A window whose loss is not scaled. */
  public Window(List<Batch> batches, double weight) {
    this(batches, weight, 1);
  }

  /** The same batches with the loss multiplied. */
  Window scaled(double scale) {
    return new Window(batches, weight / scale, lossScale * scale);
  }
}
