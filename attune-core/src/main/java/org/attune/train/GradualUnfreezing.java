package org.attune.train;

import java.util.Map;
import org.attune.UsageException;
import org.attune.nn.LayerDepths;
import org.attune.nn.Parameter;

/**
 * Gradual unfreezing (Howard and Ruder 2018, section 3.3): the head learns first, then with the
 * last layer, then with the one below, down to the embeddings, so that what the lower layers know
 * is not lost to the gradients of a head that knows nothing yet. It goes well with a rate that
 * falls from layer to layer ({@code layer_decay}), as in that paper.
 *
 * <p>Which layers are frozen is a function of the step alone. A layer's optimizer state begins when
 * it thaws; frozen layers below the lowest thawed one are run without recording.
 */
public final class GradualUnfreezing implements Technique {
  private final Every interval;
  private final int layers;
  private LayerDepths depths;
  private Map<String, Parameter> parameters = Map.of();
  private long steps; // of an interval
  private long open = -1; // the greatest depth that learns

  /**
   * A technique that thaws some layers each interval, after a first one for the head.
   *
   * @param interval an epoch or a number of steps
   * @param layers that thaw at a time
   * @throws UsageException when they would never thaw
   */
  public GradualUnfreezing(Every interval, int layers) {
    check(interval, layers);
    this.interval = interval;
    this.layers = layers;
  }

  /**
   * Checks the settings.
   *
   * @throws UsageException naming what is out of range
   */
  public static void check(Every interval, int layers) {
    if (interval instanceof Every.Never) {
      throw new UsageException(
          "gradual_unfreezing: every is never, expected epoch or a number of steps");
    }
    if (layers < 1) {
      throw new UsageException("gradual_unfreezing: layers is " + layers + ", expected at least 1");
    }
  }

  @Override
  public String name() {
    return "gradual_unfreezing";
  }

  @Override
  public String fingerprint() {
    return "gradual_unfreezing(every " + interval + ", layers " + layers + ")";
  }

  @Override
  public void start(Run run) {
    depths = LayerDepths.of(run.model());
    parameters = run.parameters();
    steps = interval instanceof Every.Steps given ? given.count() : run.stepsPerEpoch();
    if (depths.layers() == 0) {
      throw new UsageException("gradual_unfreezing: the model has no stack of layers");
    }
    if (parameters.values().stream().noneMatch(p -> depths.of(p) == 0)) {
      throw new UsageException(
          "gradual_unfreezing: the model has nothing to train above its layers, so that its first"
              + " steps would train nothing; leave the head out of 'freeze'");
    }
  }

  @Override
  public void beforeStep(long step) {
    long deepest = step / steps * layers;
    if (deepest != open) {
      open = deepest;
      parameters.values().forEach(p -> p.trainable(depths.of(p) <= open));
    }
  }

  /** Leaves the parameters trainable, as they were. */
  @Override
  public void close() {
    parameters.values().forEach(p -> p.trainable(true));
  }
}
