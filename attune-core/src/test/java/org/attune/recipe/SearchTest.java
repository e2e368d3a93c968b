package org.attune.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.attune.UsageException;
import org.attune.recipe.SearchTrial.State;
import org.attune.recipe.search.Dimension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real searches over a tiny language model from random weights; seed 42. */
class SearchTest {
  @TempDir private Path folder;

  private Path recipe() throws IOException {
    return LanguageRecipeTest.tiny(
        folder, "{ max_steps: 12, batch_size: 4, evaluate_every: 2 }", folder.resolve("unused"));
  }

  private Search search(String strategy, String... sets) throws IOException {
    String yaml =
        """
        recipe: %s
        set: { train.clip_norm: 2 }
        metric: perplexity
        strategy: %s
        trials: 6
        parameters:
          optimizer.adamw.lr: { log_uniform: [1.0e-4, 1.0e-1] }
          optimizer.adamw.weight_decay: [0.0, 0.1]
        output: %s
        """
            .formatted(recipe(), strategy, folder.resolve("search"));
    return Search.read(Files.writeString(folder.resolve("search.yaml"), yaml), List.of(sets));
  }

  @Test
  void theBestTrialComesFirstAndKeepsItsModel() throws IOException {
    SearchRunner.Result result = new SearchRunner(search("random")).run();
    assertThat(result.stopped()).isFalse();
    assertThat(result.trials()).hasSize(6).allMatch(trial -> trial.state() == State.DONE);
    List<Double> scores =
        result.trials().stream().map(trial -> trial.latest().orElseThrow()).toList();
    assertThat(scores).isSorted(); // the lower a perplexity, the better
    assertThat(scores.get(0)).isLessThan(scores.get(5) / 2);
    for (SearchTrial trial : result.trials()) {
      Path own = folder.resolve("search/trial-00" + trial.number());
      boolean best = trial.equals(result.trials().get(0));
      assertThat(Files.exists(own.resolve("model.safetensors"))).isEqualTo(best);
      assertThat(own.resolve("run.json")).exists();
      assertThat(own.resolve("metrics.json")).exists();
    }
  }

  @Test
  void aStoppedSearchGoesOnWithinItsTrial() throws IOException {
    SearchRunner.Result whole =
        new SearchRunner(search("tpe", "output=" + folder.resolve("whole"))).run();
    var asked = new AtomicInteger();
    SearchRunner.Result cut =
        new SearchRunner(search("tpe")).stopWhen(() -> asked.incrementAndGet() > 30).run();
    assertThat(cut.stopped()).isTrue();
    assertThat(cut.trials()).hasSize(2);
    assertThat(folder.resolve("search/trial-002/checkpoint-6")).exists();
    SearchRunner.Result rest = new SearchRunner(search("tpe")).resume(true).run();
    assertThat(rest.trials())
        .extracting(SearchTrial::number, SearchTrial::scores)
        .isEqualTo(
            whole.trials().stream()
                .map(trial -> org.assertj.core.groups.Tuple.tuple(trial.number(), trial.scores()))
                .toList());
  }

  @Test
  void halvingGivesUpWhatLooksBad() throws IOException {
    Search search = search("asha", "trials=9", "asha.eta=3");
    SearchRunner.Result result = new SearchRunner(search).run();
    assertThat(result.trials()).hasSize(9);
    assertThat(result.trials()).extracting(trial -> trial.scores().size()).contains(1, 2, 3);
    SearchTrial best = result.trials().get(0);
    assertThat(best.state()).isEqualTo(State.DONE);
    assertThat(best.steps()).isEqualTo(12);
    assertThat(result.trials())
        .filteredOn(trial -> trial.state() == State.PAUSED)
        .hasSizeGreaterThan(5);
    try (Stream<Path> left = Files.walk(folder.resolve("search"))) {
      assertThat(left.filter(file -> file.toString().contains("checkpoint-"))).isEmpty();
    }
    // What a trial scored at its end is what the same settings score in one go.
    SearchRunner.Result alone =
        new SearchRunner(
                search(
                    "grid",
                    "output=" + folder.resolve("alone"),
                    "parameters={ optimizer.adamw.lr: ["
                        + best.values().get("optimizer.adamw.lr")
                        + "], optimizer.adamw.weight_decay: ["
                        + best.values().get("optimizer.adamw.weight_decay")
                        + "] }"))
            .run();
    assertThat(alone.trials().get(0).latest()).isEqualTo(best.latest());
  }

  @Test
  void aFolderWithAnotherSearchIsRefused() throws IOException {
    Search search = search("random", "trials=1");
    new SearchRunner(search).run();
    assertThatThrownBy(() -> new SearchRunner(search).run())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("has a search in it; resume it");
    Search other = search("random", "trials=1", "seed=43");
    assertThatThrownBy(() -> new SearchRunner(other).resume(true).run())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("has another seed than this search");
  }

  @Test
  void aTrialThatFailsIsARowAndNotTheEnd() throws IOException {
    SearchRunner.Result result =
        new SearchRunner(
                search("grid", "trials=2", "parameters={ optimizer.adamw.lr: [1.0e+30, 1.0e-3] }"))
            .run();
    assertThat(result.trials())
        .extracting(SearchTrial::state)
        .containsExactly(State.DONE, State.FAILED);
    assertThat(result.trials().get(1).message()).contains("train: the ");
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void everyShippedSearchIsRead(Path file) {
    Search search = Search.read(file, List.of("output=" + folder));
    assertThat(Job.read(Path.of("..").resolve(search.recipe()), search.sets())).isNotNull();
  }

  static Stream<Path> shipped() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("..", "recipes", "search"))) {
      return files.toList().stream();
    }
  }

  @Test
  void everyKindOfRangeIsRead() throws IOException {
    Search search =
        search(
            "random",
            "parameters={ a: { uniform: [0, 1] }, b: { integer: [1, 4] }, c: { log_integer: [1, 64] }, d: [x, y] }");
    assertThat(search.space().dimensions())
        .containsEntry("a", new Dimension.Real(0, 1, false))
        .containsEntry("b", new Dimension.Whole(1, 4, false))
        .containsEntry("c", new Dimension.Whole(1, 64, true))
        .containsEntry("d", new Dimension.Choice(List.of("x", "y")));
    assertThatThrownBy(() -> search("random", "parameters={ a: { normal: [0, 1] } }"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("unknown key 'parameters.a.normal'");
    assertThatThrownBy(() -> search("random", "parameters={ a: { uniform: [0] } }"))
        .hasMessageContaining("'parameters.a.uniform' is '0', expected a list of 2 numbers");
    assertThatThrownBy(() -> search("random", "metric=acuracy"))
        .hasMessageContaining("did you mean 'accuracy'?");
  }
}
