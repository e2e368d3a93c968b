package org.attune.objective;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.attune.nn.OutputEmbeddings;
import org.attune.tensor.DType;
import org.attune.tensor.ProcessMemory;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * A process of its own, because a peak is never forgotten: prints by how much one loss raised it.
 */
final class ChunkedMemory {
  private static final int VOCABULARY = 20_000;
  private static final int WIDTH = 64;

  private ChunkedMemory() {}

  /** The number of places to predict. */
  public static void main(String[] args) {
    int places = Integer.parseInt(args[0]);
    try (Scope scope = Scope.open()) {
      Tensor weight = Tensors.zeros(Shape.of(VOCABULARY, WIDTH), DType.F32).requiresGrad(true);
      backward(weight, 8); // kernels and allocator warm up
      long before = ProcessMemory.peakBytes().orElseThrow();
      backward(weight, places);
      System.out.println(ProcessMemory.peakBytes().orElseThrow() - before);
    }
  }

  private static void backward(Tensor weight, int places) {
    try (Scope scope = Scope.open()) {
      Tensor hidden = Tensors.ones(Shape.of(places, WIDTH), DType.F32).requiresGrad(true);
      new ChunkedCrossEntropy(VOCABULARY * 128L)
          .backward(
              UnaryOperator.identity(),
              new OutputEmbeddings(weight, Optional.empty()),
              hidden,
              new long[places],
              places);
    }
  }
}
