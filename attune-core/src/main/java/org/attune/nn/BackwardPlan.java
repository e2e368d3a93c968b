package org.attune.nn;

import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import org.attune.UsageException;

/**
 * How the layers of a model's stacks go backward while it trains.
 *
 * @param recomputed layers of a segment whose activations are not kept but computed again when
 *     their gradient is due (Chen et al. 2016), so that a stack keeps one state a segment; 0 keeps
 *     all activations
 * @param finished is given the parameters of a segment when its gradients are complete, before the
 *     layers below it go backward; empty when nobody asks
 */
public record BackwardPlan(int recomputed, Optional<Consumer<Collection<Parameter>>> finished) {
  /** One pass of the engine over the whole graph. */
  public static final BackwardPlan WHOLE = new BackwardPlan(0, Optional.empty());

  /**
   * Checks the range.
   *
   * @throws UsageException when the number of layers is negative
   */
  public BackwardPlan {
    if (recomputed < 0) {
      throw new UsageException(
          "activation_checkpointing is " + recomputed + ", expected a number of layers");
    }
  }

  /** Computes the activations of so many layers at a time again; 1 keeps the least. */
  public static BackwardPlan recomputing(int layers) {
    return new BackwardPlan(layers, Optional.empty());
  }

  /** Tells when the parameters of a layer, or of a recomputed segment, have their gradients. */
  public BackwardPlan whenFinished(Consumer<Collection<Parameter>> listener) {
    return new BackwardPlan(recomputed, Optional.of(listener));
  }

  /** Whether a stack's graph is cut between segments at all. */
  boolean cuts() {
    return recomputed > 0 || finished.isPresent();
  }

  /** Layers of one segment. */
  int segment() {
    return Math.max(1, recomputed);
  }
}
