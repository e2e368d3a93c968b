package org.attune.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attune.testkit.TensorAssert.assertThatTensor;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.attune.checkpoint.SafetensorsFile;
import org.attune.checkpoint.SafetensorsWriter;
import org.attune.nn.Module;
import org.attune.nn.Parameter;
import org.attune.tensor.Autograd;
import org.attune.tensor.NativeHandles;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every model keeps: its state survives a file, padding does not change what it says of the
 * tokens, every trainable parameter learns, and no native memory is left behind.
 *
 * <p>A test of a model extends this class and says how to make one and how to run it.
 *
 * @param <M> the model
 */
public abstract class ModuleContract<M extends Module> {
  private static final long SEED = 20_261_124;
  private static final int[] LENGTHS = {9, 4, 6};
  private static final int LONGEST = 9;

  @TempDir Path folder;

  /**
   * A small model with all parameters filled, in evaluation mode.
   *
   * @param seed of the parameters; two seeds give two different models
   */
  protected abstract M create(long seed);

  /**
   * Runs the model.
   *
   * @param ids [B, T] I64
   * @param mask [B, T] I64, 1 for a token, 0 for padding on the right
   * @return [B, ..] or, with an output a token, [B, T, ..]
   */
  protected abstract Tensor forward(M model, Tensor ids, Tensor mask);

  /** Token ids to draw from are 1 up to this one, exclusive; 0 is padding. */
  protected abstract int vocabulary();

  /** Most that rounding may move an output when other rows share its batch. */
  protected double tolerance() {
    return 1e-5;
  }

  /** Parameters that this input cannot reach, or whose true gradient is zero. */
  protected Set<String> withoutGradient() {
    return Set.of();
  }

  @Test
  void stateSurvivesAFile() {
    try (M saved = create(SEED);
        M loaded = create(SEED + 1);
        Scope scope = Scope.open()) {
      Path file = folder.resolve("state.safetensors");
      SafetensorsWriter.write(file, values(saved), SafetensorsWriter.PYTORCH);
      Batch batch = Batch.of(LENGTHS, vocabulary());
      assertThat(output(loaded, batch).toFloats()).isNotEqualTo(output(saved, batch).toFloats());

      try (SafetensorsFile written = SafetensorsFile.open(file)) {
        assertThat(written.names()).isEqualTo(values(loaded).keySet());
        Autograd.noGrad(
            () -> values(loaded).forEach((name, value) -> value.copyFrom(written.tensor(name))));
      }
      assertThatTensor(output(loaded, batch)).hasSameElementsAs(output(saved, batch));
    }
  }

  @Test
  void paddingDoesNotChangeTheOutputsOfTokens() {
    try (M model = create(SEED);
        Scope scope = Scope.open()) {
      Tensor together = output(model, Batch.of(LENGTHS, vocabulary()));
      for (int row = 0; row < LENGTHS.length; row++) {
        Batch one = Batch.of(LENGTHS, vocabulary()).row(row, LENGTHS[row]);
        Tensor alone = output(model, one); // [1, ..] or [1, t, ..]
        Tensor inBatch = together.narrow(0, row, 1);
        if (perToken(together)) {
          inBatch = inBatch.narrow(1, 0, LENGTHS[row]);
        }
        assertThatTensor(inBatch).as("row %d", row).isCloseTo(alone, tolerance());
      }
    }
  }

  @Test
  void everyTrainableParameterGetsAGradient() {
    try (M model = create(SEED);
        Scope scope = Scope.open()) {
      Batch batch = Batch.of(LENGTHS, vocabulary());
      Tensor output = forward(model, batch.ids, batch.mask);
      // Weighted at random: the plain sum of a norm's outputs is constant, and its gradient zero.
      float[] weights = new float[(int) output.numel()];
      Random random = new Random(SEED);
      for (int i = 0; i < weights.length; i++) {
        weights[i] = (float) random.nextGaussian();
      }
      output.times(Tensors.ofFloats(weights, output.shape().toArray())).sum().backward();
      model.namedParameters().forEach(this::assertGradient);
    }
  }

  private void assertGradient(String name, Parameter parameter) {
    if (!parameter.trainable()) {
      assertThat(parameter.grad()).as("gradient of frozen %s", name).isEmpty();
    } else if (!withoutGradient().contains(name)) {
      assertThat(parameter.grad()).as("gradient of %s", name).isPresent();
      Tensor gradient = parameter.grad().orElseThrow();
      assertThat(gradient.allFinite()).as("gradient of %s is finite", name).isTrue();
      assertThat(gradient.norm().item()).as("norm of the gradient of %s", name).isPositive();
    }
  }

  @Test
  void nativeHandlesAfterAreThoseBefore() {
    try (M model = create(SEED)) {
      pass(model); // whatever the engine makes once
      long before = NativeHandles.count();
      for (int i = 0; i < 10; i++) {
        pass(model);
      }
      // Fewer, where the collector has found what an earlier test in this JVM left behind.
      assertThat(NativeHandles.count()).isLessThanOrEqualTo(before);
    }
  }

  /** A forward and a backward pass in a scope of their own. */
  private void pass(M model) {
    try (Scope scope = Scope.open()) {
      Batch batch = Batch.of(LENGTHS, vocabulary());
      forward(model, batch.ids, batch.mask).square().sum().backward();
      model.clearGrads();
    }
  }

  private Tensor output(M model, Batch batch) {
    return Autograd.noGrad(() -> forward(model, batch.ids, batch.mask));
  }

  private static boolean perToken(Tensor output) {
    return output.rank() >= 2 && output.size(1) == LONGEST;
  }

  private static Map<String, Tensor> values(Module model) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    model.namedParameters().forEach((name, parameter) -> values.put(name, parameter.value()));
    return values;
  }

  /** Rows padded on the right with 0: ids and mask [B, T]. */
  private record Batch(Tensor ids, Tensor mask) {
    static Batch of(int[] lengths, int vocabulary) {
      int width = Arrays.stream(lengths).max().orElseThrow();
      long[] ids = new long[lengths.length * width];
      long[] mask = new long[ids.length];
      Random random = new Random(SEED);
      for (int row = 0; row < lengths.length; row++) {
        for (int at = 0; at < lengths[row]; at++) {
          ids[row * width + at] = 1L + random.nextInt(vocabulary - 1);
          mask[row * width + at] = 1;
        }
      }
      return new Batch(
          Tensors.ofLongs(ids, lengths.length, width),
          Tensors.ofLongs(mask, lengths.length, width));
    }

    /** One row alone, without its padding. */
    Batch row(int row, int length) {
      return new Batch(
          ids.narrow(0, row, 1).narrow(1, 0, length), mask.narrow(0, row, 1).narrow(1, 0, length));
    }
  }
}
