package org.attune.optim;

import java.util.ArrayList;
import java.util.List;
import org.attune.nn.Parameter;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.tensor.SparseRows;
import org.attune.tensor.Tensor;

/**
 * The global norm of all gradients and the factor that limits it, as {@code
 * torch.nn.utils.clip_grad_norm_} (Pascanu et al. 2013).
 *
 * <p>This class only reads the gradients: the factor is applied inside {@link Optimizer#step},
 * which passes over them anyway.
 *
 * @param norm Euclidean norm over the elements of all gradients together, before clipping
 * @param factor what to multiply the gradients by; 1 where the norm is within the limit
 */
public record GradientClip(double norm, double factor) {
  /** PyTorch's guard against division by zero. */
  private static final double EPS = 1e-6;

  /**
   * Measures the gradients of these parameters; those without one count for nothing.
   *
   * @param maxNorm the limit; infinite to measure only
   */
  public static GradientClip measure(Iterable<Parameter> parameters, double maxNorm) {
    double norm = Autograd.noGrad(() -> globalNorm(parameters));
    return new GradientClip(norm, Math.min(1, maxNorm / (norm + EPS)));
  }

  /** Whether the gradients can be used: an infinite or NaN one would spoil the weights. */
  public boolean isFinite() {
    return Double.isFinite(norm);
  }

  private static double globalNorm(Iterable<Parameter> parameters) {
    try (Scope scope = Scope.open()) {
      List<Tensor> norms = new ArrayList<>();
      parameters.forEach(p -> p.storedGrad().ifPresent(gradient -> norms.add(norm(gradient))));
      return norms.isEmpty() ? 0 : Tensor.stack(norms, 0).norm().item();
    }
  }

  private static Tensor norm(Tensor gradient) {
    return gradient.isSparse() ? SparseRows.of(gradient).values().norm() : gradient.norm();
  }
}
