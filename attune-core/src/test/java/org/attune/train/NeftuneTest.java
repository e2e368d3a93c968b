package org.attune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Map;
import org.attune.UsageException;
import org.attune.nn.Embedding;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Seeds 42 and 7. */
class NeftuneTest {
  @TempDir Path folder;

  /** transformers' neftune_post_forward_hook: uniform in +-alpha / sqrt(T D). */
  @Test
  void noiseIsSpreadEvenlyWithinTheReferencesBound() {
    try (var model = new TinyClassifier(0, 7);
        var noise = new Neftune(5, 42)) {
      model.train(true);
      Tensor ids = Tensors.ofLongs(new long[4000 * 20], 4000, 20);
      Embedding words = Embedding.ofWords(model);
      Tensor clean = words.forward(ids);
      noise.start(new Technique.Run(model, Map.of(), 10, 5));
      noise.beforeStep(3);
      Tensor first = words.forward(ids).minus(clean).detach();
      double bound = 5 / Math.sqrt(20.0 * TinyClassifier.WIDTH);
      assertThat(first.abs().max().item()).isBetween(bound * 0.999, bound);
      assertThat(first.mean().item()).isCloseTo(0, within(bound * 0.01));
      assertThat(first.square().mean().item()).isCloseTo(bound * bound / 3, within(0.001));
      Tensor second = words.forward(ids).minus(clean).detach();
      assertThat(first.times(second).mean().item()).isCloseTo(0, within(0.001));
      noise.beforeStep(3);
      assertThat(words.forward(ids).minus(clean).toFloats()).isEqualTo(first.toFloats());
      model.train(false);
      assertThat(words.forward(ids).toFloats()).isEqualTo(clean.toFloats());
    }
  }

  @Test
  void aResumedRunEndsWithTheSameBytes() {
    try (var whole = new TinyClassifier(0.3, 7);
        var without = new TinyClassifier(0.3, 7);
        var first = new TinyClassifier(0.3, 7);
        var second = new TinyClassifier(0.3, 99)) {
      trainer(whole).fit(TinyTask.dataset(24));
      trainer(first).output(folder).stopWhen(new StopAfter(4)).fit(TinyTask.dataset(24));
      trainer(second).output(folder).resume(true).fit(TinyTask.dataset(24));
      TrainerTest.assertSameWeights(second, whole);
      Trainer.of(without, new TinyTask()).epochs(2).batchSize(6).fit(TinyTask.dataset(24));
      assertThat(weights(without)).isNotEqualTo(weights(whole));
    }
  }

  private static float[] weights(TinyClassifier model) {
    return model.namedParameters().get("dense.weight").value().toFloats();
  }

  private static Trainer<TinyClassifier> trainer(TinyClassifier model) {
    return Trainer.of(model, new TinyTask()).epochs(2).batchSize(6).technique(new Neftune(5, 42));
  }

  @Test
  void refusesAStrengthOfNothing() {
    assertThatThrownBy(() -> new Neftune(0, 42))
        .isInstanceOf(UsageException.class)
        .hasMessage("neftune: alpha is 0.0, expected a number above 0");
  }
}
