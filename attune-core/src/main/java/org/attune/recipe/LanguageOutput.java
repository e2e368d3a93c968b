package org.attune.recipe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.attune.checkpoint.AtomicFiles;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.GenerationDefaults;
import org.attune.checkpoint.ModelCard;
import org.attune.metric.Evaluation;
import org.attune.metric.Score;
import org.attune.models.Model;
import org.attune.task.TaskFiles;

/** What a language-modelling run leaves behind: the same files as {@link RunOutput}. */
final class LanguageOutput {
  private final LanguageRecipe recipe;
  private final LanguageRunner.Base base;
  private final LanguageRunner.Materials materials;
  private final Runner.Result result;

  LanguageOutput(
      LanguageRecipe recipe,
      LanguageRunner.Base base,
      LanguageRunner.Materials materials,
      Runner.Result result) {
    this.recipe = recipe;
    this.base = base;
    this.materials = materials;
    this.result = result;
  }

  /** run.json comes last: a folder that has it is whole. */
  void write(Model model) {
    TaskFiles.save(model, base.tokenizer(), recipe.output());
    base.checkpoint().ifPresent(from -> GenerationDefaults.carryOver(from, recipe.output()));
    AtomicFiles.write(recipe.output().resolve("metrics.json"), RunOutput.json(metrics()));
    AtomicFiles.write(recipe.output().resolve("README.md"), card().render());
    AtomicFiles.write(recipe.output().resolve("run.json"), RunOutput.json(record()));
  }

  private Map<String, Object> metrics() {
    Map<String, Object> map = new LinkedHashMap<>();
    result.test().ifPresent(evaluation -> map.put("test", evaluation.toMap()));
    result.validation().ifPresent(evaluation -> map.put("validation", evaluation.toMap()));
    map.put("training", result.training().toMap());
    return map;
  }

  private Map<String, Object> record() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("recipe", LanguageWriter.map(recipe));
    Map<String, Object> start = new LinkedHashMap<>();
    base.checkpoint()
        .ifPresentOrElse(
            checkpoint -> {
              start.put("checkpoint", checkpoint.name());
              start.put("sha256", checkpoint.sha256());
            },
            () -> start.put("random_weights_seed", recipe.seed()));
    map.put("base", start);
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("train", materials.train().facts());
    materials.validation().ifPresent(rows -> data.put("validation", rows.facts()));
    materials.test().ifPresent(rows -> data.put("test", rows.facts()));
    map.put("data", data);
    map.put("environment", RunOutput.environment());
    map.put("metrics", metrics());
    return map;
  }

  private ModelCard card() {
    Optional<Evaluation> shown = result.test().or(result::validation);
    Map<String, Double> headline =
        shown.map(Evaluation::scores).orElse(Map.of()).values().stream()
            .collect(Collectors.toMap(Score::name, Score::value, (a, b) -> a, LinkedHashMap::new));
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("objective", recipe.task().configName());
    settings.put("steps", Long.toString(result.training().steps()));
    settings.put("batch_size", Integer.toString(recipe.train().batchSize()));
    settings.put("optimizer", recipe.optimizer().toString());
    settings.put("schedule", recipe.schedule().toString());
    settings.put("max_length", Integer.toString(recipe.data().maxLength()));
    settings.put("precision", result.training().precision().name().toLowerCase(Locale.ROOT));
    settings.put("seed", Long.toString(recipe.seed()));
    return new ModelCard(
        String.valueOf(recipe.output().getFileName()),
        base.checkpoint().map(Checkpoint::name).orElse(""),
        recipe.task().pipeline(),
        publicNames(recipe.data().train()),
        List.of(),
        headline,
        measuredOn(),
        settings);
  }

  /** Where the figures come from: the training files too, where a share of them was held back. */
  private Optional<ModelCard.Measured> measuredOn() {
    LanguageRecipe.DataPart data = recipe.data();
    if (result.test().isPresent()) {
      return Optional.of(
          new ModelCard.Measured("the test set", publicNames(data.test().orElse(data.train()))));
    }
    String validation = publicNames(data.validation().orElse(data.train()));
    return result.validation().map(e -> new ModelCard.Measured("the validation set", validation));
  }

  private static String publicNames(LanguageRecipe.Sources sources) {
    return sources.paths().stream()
        .map(RunOutput::publicName)
        .distinct()
        .collect(Collectors.joining(", "));
  }
}
