package org.attune.train;

import org.attune.UsageException;

/**
 * What a run pays, in time or in freedom, to need less memory.
 *
 * @param checkpointEvery activation checkpointing (Chen et al. 2016): of so many layers in a row
 *     only the input is kept, and the rest computed again in the backward pass; 0 keeps all
 *     activations
 * @param optimizerInBackward steps the weights of a layer as soon as its gradients are complete and
 *     frees them, so that those of one layer exist at a time (torchtune's {@code
 *     optimizer_in_bwd}); a batch then goes through whole, and nothing may need all gradients at
 *     once
 */
public record MemorySaving(int checkpointEvery, boolean optimizerInBackward) {
  /** Keeps everything. */
  public static final MemorySaving NONE = new MemorySaving(0, false);

  static final String LAYER_BY_LAYER = "train: optimizer_in_backward steps each layer by itself, ";

  /**
   * Checks the range.
   *
   * @throws UsageException naming the setting
   */
  public MemorySaving {
    if (checkpointEvery < 0) {
      throw new UsageException(
          "train: activation_checkpointing is "
              + checkpointEvery
              + ", expected a number of layers, or 0 for none");
    }
  }

  /**
   * Checks what an optimizer in the backward pass needs.
   *
   * @throws UsageException naming the setting that does not fit
   */
  public void checkFits(double clipNorm, int accumulate) {
    if (optimizerInBackward && clipNorm != Double.POSITIVE_INFINITY) {
      throw new UsageException(
          LAYER_BY_LAYER
              + "and clip_norm ("
              + clipNorm
              + ") needs the gradients of all; set clip_norm: Infinity");
    }
    if (optimizerInBackward && accumulate > 1) {
      throw new UsageException(
          LAYER_BY_LAYER
              + "and accumulate ("
              + accumulate
              + ") keeps all gradients from batch to batch; set accumulate: 1 (and"
              + " activation_checkpointing: true for a larger batch_size)");
    }
  }

  public MemorySaving withCheckpointEvery(int layers) {
    return new MemorySaving(layers, optimizerInBackward);
  }

  public MemorySaving withOptimizerInBackward(boolean on) {
    return new MemorySaving(checkpointEvery, on);
  }
}
