package org.attune.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.attune.checkpoint.AtomicFiles;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ModelCard;
import org.attune.data.DataSource;
import org.attune.data.Dataset;
import org.attune.metric.Evaluation;
import org.attune.metric.Score;
import org.attune.models.Model;
import org.attune.task.TaskFiles;
import org.attune.tensor.Engine;

/**
 * What a run leaves behind: the model and its tokenizer, metrics.json, run.json (all that made the
 * model what it is) and README.md. run.json comes last: a folder that has it is whole.
 */
final class RunOutput {
  private static final int HEADLINE = 4;

  private final Recipe recipe;
  private final Checkpoint base;
  private final Runner.Materials materials;
  private final Runner.Result result;

  RunOutput(Recipe recipe, Checkpoint base, Runner.Materials materials, Runner.Result result) {
    this.recipe = recipe;
    this.base = base;
    this.materials = materials;
    this.result = result;
  }

  void write(Model model) {
    TaskFiles.save(model, materials.tokenizer(), recipe.output());
    AtomicFiles.write(recipe.output().resolve("metrics.json"), json(metrics()));
    AtomicFiles.write(recipe.output().resolve("README.md"), card(model).render());
    AtomicFiles.write(recipe.output().resolve("run.json"), json(record()));
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
    map.put("recipe", recipe.toMap());
    Map<String, Object> baseModel = new LinkedHashMap<>();
    baseModel.put("checkpoint", base.name());
    baseModel.put("sha256", base.sha256());
    map.put("base", baseModel);
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("train", fingerprint(materials.train()));
    materials.validation().ifPresent(set -> data.put("validation", fingerprint(set)));
    materials.test().ifPresent(set -> data.put("test", fingerprint(set)));
    map.put("data", data);
    map.put("environment", environment());
    map.put("metrics", metrics());
    return map;
  }

  static Map<String, Object> fingerprint(Dataset data) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("rows", data.size());
    map.put("sha256", data.sha256());
    return map;
  }

  static Map<String, Object> environment() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("engine", "libtorch " + Engine.version());
    map.put("isa", Engine.isa());
    map.put("threads", Engine.threads());
    map.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    map.put(
        "os",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"));
    return map;
  }

  private ModelCard card(Model model) {
    Optional<Evaluation> shown = result.test().or(result::validation);
    Map<String, Double> headline =
        shown.map(Evaluation::scores).orElse(Map.of()).values().stream()
            .limit(HEADLINE)
            .collect(Collectors.toMap(Score::name, Score::value, (a, b) -> a, LinkedHashMap::new));
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("epochs", Integer.toString(recipe.train().epochs()));
    settings.put("batch_size", Integer.toString(recipe.train().batchSize()));
    settings.put("optimizer", recipe.optimizer().toString());
    settings.put("schedule", recipe.schedule().toString());
    settings.put("max_length", Integer.toString(recipe.data().maxLength()));
    settings.put("precision", result.training().precision().name().toLowerCase(Locale.ROOT));
    settings.put("seed", Long.toString(recipe.seed()));
    return new ModelCard(
        String.valueOf(recipe.output().getFileName()),
        base.name(),
        recipe.task() == Recipe.Task.SENTENCE_EMBEDDING
            ? "sentence-similarity"
            : recipe.task().configName(),
        publicName(recipe.data().train().path()),
        recipe.task() == Recipe.Task.TEXT_CLASSIFICATION
            ? model.config().labels()
            : java.util.List.of(),
        headline,
        measuredOn(),
        settings);
  }

  /** Where the figures come from: the training file too, where a share of it was held back. */
  private Optional<ModelCard.Measured> measuredOn() {
    String train = recipe.data().train().path();
    if (result.test().isPresent()) {
      String test = recipe.data().test().map(DataSource::path).orElse(train);
      return Optional.of(new ModelCard.Measured("the test set", publicName(test)));
    }
    String validation = recipe.data().validation().map(DataSource::path).orElse(train);
    return result
        .validation()
        .map(e -> new ModelCard.Measured("the validation set", publicName(validation)));
  }

  /** A model card is published: it has no business with this machine's folders. */
  static String publicName(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  static String json(Map<String, Object> map) {
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(map) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
