package org.attune.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.attune.nn.Module;
import org.attune.nn.Parameter;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.Scope;
import org.attune.tensor.SparseRows;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * The diagonal of the Fisher information: for each weight the mean over examples of the square of
 * the gradient of {@code log p(y|x)} (Kirkpatrick et al. 2017, section 2). Where y is drawn from
 * the model's own distribution this is the Fisher information; where it is the example's label it
 * is the <i>empirical</i> Fisher, which is near 0 for examples the model is sure of (Kunstner et
 * al. 2019).
 *
 * <p>Squares are taken example by example, so that each costs a forward and a backward pass.
 */
public final class FisherInformation implements AutoCloseable {
  private final Module model;
  private final Map<String, Parameter> parameters;
  private final Map<String, Tensor> sums = new LinkedHashMap<>();
  private long examples;

  /**
   * Begins at zero.
   *
   * @param model whose gradients are cleared
   * @param parameters of it whose information is wanted
   */
  public FisherInformation(Module model, Map<String, Parameter> parameters) {
    this.model = model;
    this.parameters = new LinkedHashMap<>(parameters);
    this.parameters.forEach(
        (name, parameter) -> sums.put(name, Tensors.zeros(parameter.shape(), DType.F32).keep()));
  }

  /**
   * Adds one example.
   *
   * @param surprise computes {@code -log p(y|x)}, a scalar, with dropout off
   */
  public void add(Supplier<Tensor> surprise) {
    model.clearGrads();
    try (Scope scope = Scope.open()) {
      surprise.get().backward();
      Autograd.noGrad(
          () ->
              parameters.forEach(
                  (name, parameter) ->
                      parameter.storedGrad().ifPresent(grad -> addSquare(sums.get(name), grad))));
    }
    model.clearGrads();
    examples++;
  }

  private static void addSquare(Tensor sum, Tensor gradient) {
    if (gradient.isSparse()) {
      SparseRows some = SparseRows.of(gradient);
      Tensor before = sum.indexSelect(0, some.rows());
      sum.indexCopyInPlace(0, some.rows(), before.plus(some.values().square()));
    } else {
      sum.addInPlace(gradient.square(), 1);
    }
  }

  /**
   * The mean so far, by parameter; new tensors that the caller owns.
   *
   * @throws IllegalStateException before the first example
   */
  public Map<String, Tensor> diagonal() {
    if (examples == 0) {
      throw new IllegalStateException("no example was added");
    }
    Map<String, Tensor> diagonal = new LinkedHashMap<>();
    sums.forEach((name, sum) -> diagonal.put(name, sum.div((double) examples).keep()));
    return diagonal;
  }

  @Override
  public void close() {
    sums.values().forEach(Tensor::close);
  }
}
