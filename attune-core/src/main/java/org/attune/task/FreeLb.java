package org.attune.task;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.attune.UsageException;
import org.attune.data.Batch;
import org.attune.nn.Embedding;
import org.attune.nn.Module;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.Functional;
import org.attune.tensor.Rng;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.train.Precision;
import org.attune.train.TaskAround;
import org.attune.train.TrainTask;
import org.attune.train.Window;

/**
 * Free large-batch adversarial training (Zhu et al. 2020, "FreeLB", algorithm 1). A batch goes
 * through the model K times, with the same dropout; each time the word vectors are moved a little
 * further to where the loss is higher, and the gradients of all K passes, divided by K, train the
 * weights. A step takes K times as long.
 *
 * <p>The movement of a row starts spread evenly in [-m, m] / sqrt(n D), n being its tokens; each
 * step goes {@code stepSize} along the gradient, made of length one for each row, and is cut back
 * to {@code radius}. Padding does not move.
 */
public final class FreeLb<M extends Module> extends TaskAround<M> {
  private static final long SITE = Rng.site("freelb");

  /** Below any norm of a gradient that is not zero. */
  private static final double TINY = 1e-12;

  private final Settings settings;
  private final Rng rng;

  /**
   * How far and how often.
   *
   * @param steps K, at least 1; the paper takes 2 to 5
   * @param stepSize alpha; the paper takes 0.03 to 0.1
   * @param start m, the size of the first movement; 0 to start in place
   * @param radius largest movement of a row; 0 for no limit
   */
  public record Settings(int steps, double stepSize, double start, double radius) {
    public Settings {
      check("steps", steps, steps >= 1, "of at least 1");
      check("step_size", stepSize, stepSize > 0 && Double.isFinite(stepSize), "above 0");
      check("start", start, start >= 0 && Double.isFinite(start), "of at least 0");
      check("radius", radius, radius >= 0 && Double.isFinite(radius), "of at least 0");
    }

    private static void check(String name, double value, boolean good, String expected) {
      if (!good) {
        throw new UsageException(
            "freelb: " + name + " is " + value + ", expected a number " + expected);
      }
    }
  }

  /**
   * The task, made harder.
   *
   * @param seed of the first movements
   */
  public FreeLb(TrainTask<M> task, Settings settings, long seed) {
    super(task);
    this.settings = settings;
    this.rng = new Rng(seed);
  }

  @Override
  public double backward(M model, Batch batch, Window window, Precision precision) {
    Embedding words = Embedding.ofWords(model);
    var share = // of each pass
        new Window(window.batches(), window.weight() * settings.steps, window.lossScale());
    double mean = 0;
    Optional<Tensor> movement = Optional.empty();
    for (int k = 0; k < settings.steps; k++) {
      model.redraw();
      try (var pass = new Pass(movement, batch, model.step())) {
        words.changeWith(pass);
        mean += super.backward(model, batch, share, precision);
        if (!Double.isFinite(mean)) {
          return mean;
        }
        movement = Optional.of(Autograd.noGrad(pass::moved));
      } finally {
        words.changeWith(UnaryOperator.identity());
      }
    }
    return mean;
  }

  @Override
  public String fingerprint() {
    return "freelb(" + settings + ", seed " + rng.seed() + ") of " + super.fingerprint();
  }

  /** One of the K passes. */
  private final class Pass implements UnaryOperator<Tensor>, AutoCloseable {
    private final Batch batch;
    private final long step;
    private final Optional<Tensor> before;
    private Optional<Tensor> movement = Optional.empty(); // [B, T, D]

    Pass(Optional<Tensor> before, Batch batch, long step) {
      this.before = before;
      this.batch = batch;
      this.step = step;
    }

    /** Moves the first look-up of a pass: in an encoder-decoder the encoder's. */
    @Override
    public Tensor apply(Tensor vectors) {
      if (movement.isPresent()) {
        return vectors;
      }
      Tensor leaf = before.orElseGet(() -> first(vectors.shape())).detach().requiresGrad(true);
      movement = Optional.of(leaf.keep());
      return vectors.plus(leaf);
    }

    private Tensor first(Shape shape) {
      long rows = batch.rows();
      Tensor mask = Tensors.ofLongs(batch.attentionMask(), rows, batch.length(), 1).to(DType.F32);
      Tensor numbers = mask.sum(1).times((double) shape.size(2)); // [B, 1]: n D
      Tensor size = numbers.sqrt().unsqueeze(1); // [B, 1, 1]
      Tensor noise = rng.uniform(shape, -settings.start, settings.start, step, SITE);
      return noise.times(mask).div(size);
    }

    /** The movement after a step along the gradient, inside the radius. */
    Tensor moved() {
      Tensor now = movement.orElseThrow();
      Tensor slope = now.grad().orElseThrow();
      Tensor next = now.plus(slope.times(settings.stepSize).div(length(slope).plus(TINY)));
      if (settings.radius == 0) {
        return next;
      }
      Tensor over = Functional.relu(length(next).div(settings.radius).minus(1)).plus(1);
      return next.div(over);
    }

    /** Of each row: [B, 1, 1]. */
    private static Tensor length(Tensor rows) {
      return rows.square().sum(1, 2).sqrt().reshape(-1, 1, 1);
    }

    @Override
    public void close() {
      movement.ifPresent(Tensor::close);
    }
  }
}
