package org.attune.nn;

import org.attune.tensor.DType;
import org.attune.tensor.Rng;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;

/**
 * Dropout (Srivastava et al. 2014) with masks from {@link Rng}: the mask is a pure function of the
 * seed, the step, this module's path and how often it was called in the step.
 */
public final class Dropout extends Module {
  private final double probability;
  private Rng rng;
  private long site;
  private long step;
  private int calls;

  /**
   * Drops elements with a probability.
   *
   * @param probability in [0, 1)
   */
  public Dropout(double probability) {
    if (!(probability >= 0 && probability < 1)) {
      throw new IllegalArgumentException(
          "dropout probability is " + probability + ", expected [0, 1)");
    }
    this.probability = probability;
  }

  void drawFrom(Rng source, long ownSite) {
    rng = source;
    site = ownSite;
  }

  void startStep(long newStep) {
    step = newStep;
    calls = 0;
  }

  /** Goes back to the first draw of the step. */
  void restartStep() {
    calls = 0;
  }

  /** How often it has drawn in this step: what its next draw depends on besides seed and step. */
  int calls() {
    return calls;
  }

  /** Draws again what was drawn from that call on. */
  void goTo(int call) {
    calls = call;
  }

  /** Whether {@link #forward} would change its input. */
  public boolean active() {
    return training() && probability > 0;
  }

  /**
   * Zeroes elements at random and scales the others up, while training; otherwise the input itself.
   *
   * @param x of any shape
   */
  public Tensor forward(Tensor x) {
    if (!active()) {
      return x;
    }
    requireSource();
    DType type = x.dtype().bytes() == 2 ? x.dtype() : DType.F32;
    return x.times(rng.dropoutMask(x.shape(), type, probability, step, site + calls++));
  }

  /**
   * What {@link #forward} would do to weights that a softmax is still to make: 0 for one that is
   * kept, the lowest F32 for one that is dropped. Kept ones are not scaled up.
   */
  Tensor bias(Shape shape) {
    requireSource();
    return rng.dropoutBias(shape, probability, step, site + calls++);
  }

  /**
   * Whether something as a whole is to be left out: drawn anew at each call, never outside
   * training.
   */
  boolean drops() {
    if (!active()) {
      return false;
    }
    requireSource();
    return rng.nextDouble(step, site + calls++, 0) < probability;
  }

  double probability() {
    return probability;
  }

  private void requireSource() {
    if (rng == null) {
      throw new IllegalStateException(
          "dropout is on but has no source of randomness: call randomness(new Rng(seed)) on the model");
    }
  }
}
