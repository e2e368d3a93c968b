package org.attune.task;

import java.util.Optional;
import org.attune.UsageException;
import org.attune.data.Batch;
import org.attune.models.Model;
import org.attune.nn.ActivationCount;
import org.attune.objective.Objective;
import org.attune.tensor.Functional;
import org.attune.tensor.Tensor;
import org.attune.train.TaskAround;

/**
 * Regularized dropout (Liang et al. 2021, "R-Drop", equations 1 to 4) for one label a text: each
 * batch goes through the model twice, with other dropout, and the two answers should agree. A row's
 * loss is the mean of both cross-entropies plus alpha times the mean of both Kullback-Leibler
 * divergences between the two distributions, as the authors' code has it. A step takes twice the
 * time.
 */
public final class RDrop extends TaskAround<Model> {
  private final TextClassification task;
  private final double alpha;

  /**
   * The task, regularized.
   *
   * @param alpha weight of the divergence, above 0; the paper takes 0.1 to 5
   */
  public RDrop(TextClassification task, double alpha) {
    super(task);
    if (!(alpha > 0 && Double.isFinite(alpha))) {
      throw new UsageException("r_drop: alpha is " + alpha + ", expected a number above 0");
    }
    if (task.problem() != TextClassification.Problem.SINGLE_LABEL_CLASSIFICATION) {
      throw new UsageException(
          "r_drop: is for one label a text; this data makes it " + task.problem().configName());
    }
    this.task = task;
    this.alpha = alpha;
  }

  @Override
  public Tensor loss(Model model, Batch batch) {
    Tensor first = task.logits(model, batch); // [B, labels]
    Tensor second = task.logits(model, batch);
    Tensor mean = task.loss(first, batch).plus(task.loss(second, batch)).div(2);
    return mean.plus(divergence(first, second).times(alpha));
  }

  /** Both passes are kept until the loss goes backward. */
  @Override
  public Optional<ActivationCount> activations(
      Model model, long rows, long length, long decoderLength) {
    return super.activations(model, 2 * rows, length, decoderLength);
  }

  @Override
  public String fingerprint() {
    return "r_drop(alpha " + alpha + ") of " + super.fingerprint();
  }

  /** The sum over rows of (KL(p, q) + KL(q, p)) / 2: {@code sum (p - q) (log p - log q) / 2}. */
  static Tensor divergence(Tensor first, Tensor second) {
    Tensor p = Functional.logSoftmax(Objective.single(first), -1);
    Tensor q = Functional.logSoftmax(Objective.single(second), -1);
    return p.exp().minus(q.exp()).times(p.minus(q)).sum().div(2);
  }
}
