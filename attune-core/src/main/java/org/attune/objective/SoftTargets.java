package org.attune.objective;

import java.util.List;
import org.attune.UsageException;
import org.attune.tensor.Functional;
import org.attune.tensor.Tensor;

/**
 * Learning from a teacher's whole distribution (Hinton et al. 2015, section 2): {@code T^2 KL(p ||
 * q)}, where p and q are the softmax of the teacher's and the student's logits divided by the
 * temperature T. The factor T^2 keeps the gradients' size where T changes.
 *
 * <p>Predictions and targets are logits [N, C]; each of the N items counts as one.
 *
 * @param temperature T, above 0; the higher, the more the unlikely classes count
 */
public record SoftTargets(double temperature) implements Objective {
  public SoftTargets {
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new UsageException(
          "distillation: temperature is " + temperature + ", expected a number above 0");
    }
  }

  @Override
  public Tensor sum(Tensor student, Tensor teacher) {
    Tensor q = Functional.logSoftmax(Objective.single(student).div(temperature), -1);
    Tensor p = Functional.logSoftmax(Objective.single(teacher).div(temperature), -1);
    return p.exp().times(p.minus(q)).sum().times(temperature * temperature);
  }

  /**
   * The same where each class is a yes or no of its own (sigmoid in place of softmax): the sum over
   * the N C distributions of two.
   */
  public Tensor sumOfBinary(Tensor student, Tensor teacher) {
    Tensor s = Objective.single(student).div(temperature).reshape(-1, 1); // [N C, 1]
    Tensor t = Objective.single(teacher).div(temperature).reshape(-1, 1);
    // Sigmoid of x is softmax of (x, 0), and these logits are divided already.
    Tensor pairs = Tensor.cat(List.of(s, s.times(0)), 1);
    Tensor targets = Tensor.cat(List.of(t, t.times(0)), 1);
    return new SoftTargets(1).sum(pairs, targets).times(temperature * temperature);
  }

  @Override
  public double weight(Tensor teacher) {
    return teacher.size(0);
  }
}
