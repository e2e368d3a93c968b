package org.attune.train;

import java.util.Map;
import org.attune.nn.Module;
import org.attune.nn.Parameter;
import org.attune.tensor.Tensor;

/**
 * What takes part in every step besides the task's loss: a pull on the weights, an average of them,
 * layers that thaw. The trainer calls, each step, {@link #beforeStep}, then the forward and
 * backward passes, {@link #afterBackward}, then clipping and the optimizer, {@link #afterStep}.
 *
 * <p>What it does must be a function of its settings, the step and its {@link #state}, so that a
 * resumed run ends with the same bytes.
 */
public interface Technique extends AutoCloseable {
  /**
   * What a run is made of.
   *
   * @param model all of it
   * @param parameters the trainable ones by name, each once
   * @param steps of the whole run
   * @param stepsPerEpoch of one pass over the training set
   */
  record Run(Module model, Map<String, Parameter> parameters, long steps, long stepsPerEpoch) {}

  /** A short name for its place in a checkpoint, in snake case, unlike any other's. */
  String name();

  /** Its settings in words: a run is only resumed with the same. */
  String fingerprint();

  /** Before the first step, and before {@link #load} where a run is resumed. */
  default void start(Run run) {}

  /**
   * Before the forward pass.
   *
   * @param step steps done before this one
   */
  default void beforeStep(long step) {}

  /**
   * The gradients of the window's mean loss are complete and not yet clipped; more may be added.
   *
   * @param step steps done before this one
   * @return what this adds to the loss; 0 for nothing
   */
  default double afterBackward(long step) {
    return 0;
  }

  /**
   * Whether {@link #afterBackward} never reads or changes gradients: only then may the optimizer
   * use and free those of a layer before it is called.
   */
  default boolean leavesGradientsAlone() {
    return false;
  }

  /**
   * The weights have changed.
   *
   * @param done steps done, this one included
   */
  default void afterStep(long done) {}

  /** Puts the weights in place that are to be judged and kept, such as an average. */
  default void beforeEvaluation() {}

  /** Puts back the weights that training goes on with. */
  default void afterEvaluation() {}

  /** The run is at its end: puts the weights in place that the model shall have. */
  default void finish() {}

  /** What a checkpoint must hold for it, not copied; empty for nothing. */
  default Map<String, Tensor> state() {
    return Map.of();
  }

  /**
   * Takes a saved state.
   *
   * @param state as {@link #state} gave it, over a file's bytes: to be copied
   */
  default void load(Map<String, Tensor> state) {}

  /** Frees what it made. */
  @Override
  default void close() {}
}
