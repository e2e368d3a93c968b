package org.attune.train;

import java.util.List;
import org.attune.data.Batch;

/**
 * The batches whose gradients add up to one step.
 *
 * @param batches in order
 * @param weight how many items count in all of them; see {@link TrainTask#weight}
 */
public record Window(List<Batch> batches, double weight) {
  public Window {
    batches = List.copyOf(batches);
  }
}
