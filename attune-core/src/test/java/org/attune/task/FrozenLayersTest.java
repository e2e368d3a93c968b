package org.attune.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.attune.UsageException;
import org.attune.models.Model;
import org.attune.optim.AdamW;
import org.attune.optim.Freezing;
import org.attune.optim.Schedule;
import org.attune.tensor.DType;
import org.attune.train.Callback;
import org.attune.train.Every;
import org.attune.train.GradualUnfreezing;
import org.attune.train.Precision;
import org.attune.train.PrefixCache;
import org.attune.train.TrainReport;
import org.attune.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Gradual unfreezing and the prefix cache on a BERT of three layers (weights: seed 7 or 99, run:
 * seed 42).
 */
class FrozenLayersTest {
  private static final int ROWS = 37;

  @TempDir private Path folder;

  private static Trainer<Model> trainer(Model model) {
    return Trainer.of(model, TinyBert.task())
        .optimizer(AdamW.of(5e-3).withLayerDecay(0.8))
        .schedule(Schedule.linear(0.1))
        .epochs(5)
        .batchSize(4)
        .accumulate(2)
        .evaluateEvery(Every.epoch())
        .precision(Precision.FP32);
  }

  private static TrainReport fit(Trainer<Model> trainer) {
    return trainer.fit(TinyBert.texts(ROWS), TinyBert.texts(20));
  }

  /** Stops before the step after so many, and never again. */
  private static BooleanSupplier stopAfter(int steps) {
    var asked = new AtomicInteger();
    return () -> asked.getAndIncrement() == steps;
  }

  private static Map<String, float[]> weights(Model model) {
    Map<String, float[]> weights = new LinkedHashMap<>();
    model.namedParameters().forEach((name, p) -> weights.put(name, p.value().toFloats()));
    return weights;
  }

  private static void assertSame(Model got, Model expected) {
    Map<String, float[]> weights = weights(expected);
    weights(got).forEach((name, w) -> assertThat(w).as(name).isEqualTo(weights.get(name)));
  }

  // ---- gradual unfreezing

  /** Which parameters change in an epoch, as the least layer (-1 embeddings, 3 the head). */
  private static final class Movement implements Callback {
    private final Model model;
    private final List<Integer> lowest = new ArrayList<>();
    private Map<String, float[]> before;

    Movement(Model model) {
      this.model = model;
      before = weights(model);
    }

    @Override
    public void onStep(Step step) {
      Map<String, float[]> now = weights(model);
      var moved = new TreeSet<Integer>();
      now.forEach(
          (name, w) -> {
            if (!Arrays.equals(w, before.get(name))) {
              moved.add(layer(name));
            }
          });
      before = now;
      lowest.add(moved.isEmpty() ? 99 : moved.first());
    }

    private static int layer(String name) {
      if (name.startsWith("bert.embeddings")) {
        return -1;
      }
      return name.startsWith("bert.encoder.layer.")
          ? name.charAt("bert.encoder.layer.".length()) - '0'
          : 3;
    }
  }

  @Test
  void layersThawFromTheHeadDownEachEpoch() {
    try (Model model = TinyBert.model(0.1, 7)) {
      var movement = new Movement(model);
      fit(
          trainer(model)
              .schedule(Schedule.constant(0))
              .technique(new GradualUnfreezing(Every.epoch(), 1))
              .callback(movement));
      List<Integer> expected = new ArrayList<>();
      for (int lowest : new int[] {3, 2, 1, 0, -1}) {
        for (int step = 0; step < 5; step++) {
          expected.add(lowest);
        }
      }
      assertThat(movement.lowest).isEqualTo(expected);
      assertThat(model.namedParameters().values()).allMatch(p -> p.trainable());
    }
  }

  @Test
  void aRunCutWhileLayersThawGoesOnToTheSameBytes() {
    try (Model whole = TinyBert.model(0.1, 7);
        Model first = TinyBert.model(0.1, 7);
        Model second = TinyBert.model(0.1, 99)) {
      fit(trainer(whole).technique(new GradualUnfreezing(Every.steps(3), 1)));
      fit(
          trainer(first)
              .technique(new GradualUnfreezing(Every.steps(3), 1))
              .output(folder)
              .stopWhen(stopAfter(7)));
      fit(
          trainer(second)
              .technique(new GradualUnfreezing(Every.steps(3), 1))
              .output(folder)
              .resume(true));
      assertSame(second, whole);
    }
  }

  // ---- the prefix cache

  @ParameterizedTest
  @CsvSource({
    "classifier, 3", // all layers frozen: a state a row
    "classifier|pooler, 3",
    "encoder.layer.2|pooler|classifier, 2",
    "encoder.layer.[12]|pooler|classifier, 1"
  })
  void givesWhatARunWithoutItGives(String only, int layers) {
    Freezing freezing = new Freezing(List.of(only.split("\\|", -1)), List.of());
    List<String> notes = new ArrayList<>();
    try (Model plain = TinyBert.model(0, 7);
        Model cached = TinyBert.model(0, 7)) {
      TrainReport expected = fit(trainer(plain).freezing(freezing));
      TrainReport got =
          fit(
              trainer(cached)
                  .freezing(freezing)
                  .prefixCache(PrefixCache.in(folder))
                  .callback(new Notes(notes)));
      assertThat(notes).hasSize(2).allMatch(n -> n.contains("behind " + layers + " frozen layers"));
      Map<String, float[]> weights = weights(plain);
      weights(cached)
          .forEach(
              (name, w) -> {
                if (!name.endsWith("key.bias")) { // whose gradient is rounding noise: FinalWeights
                  assertThat(w).as(name).containsExactly(weights.get(name), within(5e-6f));
                }
              });
      for (int i = 0; i < got.losses().size(); i++) {
        assertThat(got.losses().get(i).loss())
            .isCloseTo(expected.losses().get(i).loss(), within(1e-6));
      }
      assertThat(got.evaluations().get(4).evaluation().scores().get("accuracy"))
          .isEqualTo(expected.evaluations().get(4).evaluation().scores().get("accuracy"));
    }
  }

  private record Notes(List<String> all) implements Callback {
    @Override
    public void onNote(String message) {
      all.add(message);
    }
  }

  @Test
  void theFrozenLayersRunOncePerRowAndAFileIsUsedAgain() throws IOException {
    Freezing head = new Freezing(List.of("classifier"), List.of());
    try (Model first = TinyBert.model(0.1, 7);
        Model second = TinyBert.model(0.1, 7);
        Model third = TinyBert.model(0.1, 7)) {
      fit(trainer(first).freezing(head).prefixCache(PrefixCache.in(folder)));
      List<String> notes = new ArrayList<>();
      fit(
          trainer(second)
              .freezing(head)
              .prefixCache(PrefixCache.in(folder))
              .callback(new Notes(notes)));
      assertThat(notes).hasSize(2).allMatch(note -> note.contains(" MB, found: "));
      assertSame(second, first);
      for (Path file : files()) { // damaged ones are made anew
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 3] ^= 1;
        Files.write(file, bytes);
      }
      notes.clear();
      fit(
          trainer(third)
              .freezing(head)
              .prefixCache(PrefixCache.in(folder))
              .callback(new Notes(notes)));
      assertThat(notes).hasSize(2).allMatch(note -> note.contains(" MB, computed in "));
      assertSame(third, first);
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void otherWeightsGetAnotherFile() throws IOException {
    Freezing head = new Freezing(List.of("classifier"), List.of());
    try (Model first = TinyBert.model(0, 7);
        Model second = TinyBert.model(0, 8);
        Model third = TinyBert.model(0, 8)) {
      fit(trainer(first).freezing(head).prefixCache(PrefixCache.in(folder)));
      assertThat(files()).hasSize(2);
      fit(trainer(second).freezing(head).prefixCache(PrefixCache.in(folder)));
      assertThat(files()).hasSize(4);
      fit(
          trainer(third)
              .freezing(new Freezing(List.of("encoder.layer.2", "classifier"), List.of()))
              .prefixCache(PrefixCache.in(folder)));
      assertThat(files()).hasSize(6);
    }
  }

  @Test
  void aCutRunGoesOnToTheSameBytesWhetherTheFileIsThereOrNot() throws IOException {
    Freezing freezing = new Freezing(List.of("encoder.layer.2", "classifier"), List.of());
    Path output = Files.createDirectories(folder.resolve("run"));
    try (Model whole = TinyBert.model(0.2, 7);
        Model first = TinyBert.model(0.2, 7);
        Model second = TinyBert.model(0.2, 7)) {
      fit(trainer(whole).freezing(freezing).prefixCache(PrefixCache.in(folder.resolve("a"))));
      PrefixCache own = new PrefixCache(Optional.empty(), DType.F32);
      fit(trainer(first).freezing(freezing).prefixCache(own).output(output).stopWhen(stopAfter(8)));
      try (Stream<Path> files = Files.list(output.resolve("prefix-cache"))) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      fit(trainer(second).freezing(freezing).prefixCache(own).output(output).resume(true));
      assertSame(second, whole);
    }
  }

  @Test
  void halfTheBitsCostLittle() {
    Freezing head = new Freezing(List.of("classifier"), List.of());
    try (Model exact = TinyBert.model(0, 7);
        Model rounded = TinyBert.model(0, 7)) {
      TrainReport expected = fit(trainer(exact).freezing(head).prefixCache(PrefixCache.in(folder)));
      TrainReport got =
          fit(
              trainer(rounded)
                  .freezing(head)
                  .prefixCache(new PrefixCache(Optional.of(folder), DType.BF16)));
      assertThat(got.losses().get(0).loss())
          .isCloseTo(expected.losses().get(0).loss(), within(5e-3))
          .isNotEqualTo(expected.losses().get(0).loss());
    }
  }

  @Test
  void refusesWhatCannotBeKept() {
    try (Model model = TinyBert.model(0, 7)) {
      assertThatThrownBy(() -> fit(trainer(model).prefixCache(PrefixCache.in(folder))))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "prefix_cache: the embeddings are trained, so that nothing can be kept; freeze the"
                  + " embeddings and layers from the first on, with 'freeze' or 'only', or leave"
                  + " prefix_cache out");
      assertThatThrownBy(
              () ->
                  fit(
                      trainer(model)
                          .freezing(new Freezing(List.of(), List.of("embeddings")))
                          .prefixCache(PrefixCache.in(folder))))
          .hasMessageStartingWith("prefix_cache: the first layer is trained");
      assertThatThrownBy(() -> new PrefixCache(Optional.empty(), DType.I64))
          .hasMessage("prefix_cache: type is I64, expected fp32 or bf16");
    }
  }
}
