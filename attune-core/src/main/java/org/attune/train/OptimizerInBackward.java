package org.attune.train;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleFunction;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.nn.Module;
import org.attune.nn.Parameter;
import org.attune.optim.GradientClip;
import org.attune.optim.Optimizer;

/**
 * The optimizer's step taken layer by layer on the way of the backward pass. The engine's hooks for
 * this (PyTorch's {@code register_post_accumulate_grad_hook}) cannot be implemented in Java, so the
 * pass is cut between layers instead: {@link org.attune.nn.BackwardPlan#whenFinished}.
 *
 * <p>What belongs to no layer, or to several, waits for the step's end: embeddings, heads, tied
 * matrices.
 */
final class OptimizerInBackward {
  private final Optimizer optimizer;
  private final Set<Parameter> ofOneLayer = identitySet();
  private final Set<Parameter> stepped = identitySet();
  private final DoubleFunction<AttuneException> notFinite;
  private double lr;
  private double squares;

  /**
   * Over a model's layers.
   *
   * @param notFinite the error for a gradient's norm that is infinite or NaN
   */
  OptimizerInBackward(
      Module model, Optimizer optimizer, DoubleFunction<AttuneException> notFinite) {
    this.optimizer = optimizer;
    this.notFinite = notFinite;
    Map<Parameter, Integer> names = new HashMap<>(); // a parameter is equal to itself alone
    model.namedParameters().values().forEach(p -> names.merge(p, 1, Integer::sum));
    names.forEach(
        (parameter, count) -> {
          if (count == 1) {
            ofOneLayer.add(parameter);
          }
        });
  }

  private static Set<Parameter> identitySet() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  /**
   * What the other settings must be for this.
   *
   * @throws UsageException naming the one that is not
   */
  static void check(TrainSettings settings, Technique technique) {
    settings.memory().checkFits(settings.clipNorm(), settings.accumulate());
    if (settings.precision() == Precision.FP16) {
      throw new UsageException(
          MemorySaving.LAYER_BY_LAYER
              + "and fp16 must see all gradients before it steps; use precision bf16 or fp32");
    }
    if (!technique.leavesGradientsAlone()) {
      throw new UsageException(
          MemorySaving.LAYER_BY_LAYER
              + "and "
              + technique.fingerprint()
              + " changes gradients after the backward pass");
    }
  }

  /** A step begins. */
  void begin(double newLr) {
    lr = newLr;
    squares = 0;
    stepped.clear();
  }

  /** The gradients of these parameters are complete: uses and frees them. */
  void finished(Collection<Parameter> parameters) {
    Set<Parameter> own = identitySet();
    parameters.stream().filter(ofOneLayer::contains).forEach(own::add);
    if (own.stream().anyMatch(stepped::contains)) {
      throw new UsageException(
          "train: optimizer_in_backward needs one backward pass a step, and this task makes several"
              + " (as FreeLB does); leave one of the two out");
    }
    GradientClip clip = GradientClip.measure(own, Double.POSITIVE_INFINITY);
    if (!clip.isFinite()) {
      throw notFinite.apply(clip.norm());
    }
    squares += clip.norm() * clip.norm();
    optimizer.step(lr, 1, own::contains);
    own.forEach(parameter -> parameter.value().clearGrad());
    stepped.addAll(own);
  }

  /** The norm of all gradients of the step, given that of those that were left to its end. */
  double norm(double rest) {
    return Math.sqrt(squares + rest * rest);
  }
}
