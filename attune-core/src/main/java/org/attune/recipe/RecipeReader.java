package org.attune.recipe;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.attune.UsageException;
import org.attune.data.DataSource;
import org.attune.metric.MetricNames;
import org.attune.optim.Freezing;
import org.attune.optim.OptimizerSettings;
import org.attune.optim.Schedule;
import org.attune.task.ClassLoss;
import org.attune.tensor.DType;
import org.attune.train.EarlyStopping;
import org.attune.train.Every;
import org.attune.train.LossScaling;
import org.attune.train.MemorySaving;
import org.attune.train.Precision;
import org.attune.train.PrefixCache;

/** Reads recipes: every key is named here once, with its default and range. */
final class RecipeReader {
  private static final int MANY = 1 << 30;
  private static final double ANY = Double.POSITIVE_INFINITY;
  private static final String EVERY = "epoch, never or a number of steps";

  private RecipeReader() {}

  static Recipe read(Path file, List<String> sets) {
    return recipe(root(file, sets));
  }

  /** The keys of a recipe, of whatever kind. */
  static Section root(Path file, List<String> sets) {
    YamlNode root = YamlNode.read(file);
    // A run.json holds the recipe of its run under "recipe".
    YamlNode recipe = root.asMap("recipe").getOrDefault("recipe", root);
    sets.forEach(recipe::set);
    return new Section("", recipe);
  }

  static Recipe recipe(Section root) {
    String task = root.choice("task", root.requiredText("task"), Job.tasks());
    if (LanguageRecipe.Task.of(task).isPresent() || TasksRecipe.Kind.of(task).isPresent()) {
      throw new UsageException("recipe: task " + task + " is read with Job.read");
    }
    Recipe.ModelPart model = model(root.required("model"));
    Recipe.DataPart data = data(root.required("data"));
    ClassLoss loss = root.section("loss").map(RecipeReader::loss).orElse(ClassLoss.plain());
    Recipe.TrainPart train = trainOf(root);
    OptimizerSettings optimizer = OptimizerReader.read(root);
    Schedule schedule = scheduleOf(root);
    Path output = Path.of(root.requiredText("output"));
    int seed = root.integer("seed", 42, 0, MANY);
    root.finish();
    return root.locate(
        () -> new Recipe(task(task), seed, model, data, loss, train, optimizer, schedule, output));
  }

  /** The part {@code train} of a recipe of any kind. */
  static Recipe.TrainPart trainOf(Section root) {
    return root.section("train").map(RecipeReader::train).orElseGet(RecipeReader::defaultTrain);
  }

  /** The part {@code schedule} of a recipe of any kind. */
  static Schedule scheduleOf(Section root) {
    return root.section("schedule").map(RecipeReader::schedule).orElse(Schedule.linear(0));
  }

  private static Recipe.Task task(String name) {
    return Arrays.stream(Recipe.Task.values())
        .filter(task -> task.configName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static DataSource.Format format(String name) {
    return Arrays.stream(DataSource.Format.values())
        .filter(format -> format.configName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  static Recipe.ModelPart model(Section section) {
    Recipe.ModelPart model =
        new Recipe.ModelPart(
            section.requiredText("checkpoint"),
            Precision.valueOf(
                section.choice("precision", "auto", Precision.names()).toUpperCase(Locale.ROOT)),
            section.text("dropout").map(text -> section.number("dropout", 0, 0, 0.99)),
            section.integers("layers", 0, 1 << 12));
    section.finish();
    return model;
  }

  private static Recipe.DataPart data(Section section) {
    DataSource train = source(section.required("train"));
    boolean share =
        section.node("validation").filter(node -> node.value() instanceof String).isPresent();
    Recipe.DataPart data =
        new Recipe.DataPart(
            train,
            share ? Optional.empty() : section.section("validation").map(RecipeReader::source),
            share ? section.number("validation", 0, 0, 0.9) : 0,
            section.section("test").map(RecipeReader::source),
            section.integer("max_length", 128, 2, 1 << 20),
            section.number("max_score", 1, 1e-9, 1e9));
    section.finish();
    return data;
  }

  static DataSource source(Section section) {
    String path = section.requiredText("path");
    boolean builtin = path.startsWith(DataSource.BUILTIN);
    Optional<String> format = section.text("format");
    List<String> formats =
        Arrays.stream(DataSource.Format.values()).map(DataSource.Format::configName).toList();
    format.ifPresent(name -> section.choice("format", name, formats));
    boolean named =
        builtin || format.equals(Optional.of(DataSource.Format.LABEL_FIRST.configName()));
    int limit = section.integer("limit", 0, 1, MANY);
    DataSource source =
        section.locate(
            () ->
                new DataSource(
                    path,
                    named ? section.text("text").orElse("text") : section.requiredText("text"),
                    section.text("text_pair"),
                    section.text("label"),
                    section.text("separator"),
                    section.text("score"),
                    format.map(RecipeReader::format),
                    section.texts("columns"),
                    section.textMap("labels"),
                    limit == 0 ? OptionalInt.empty() : OptionalInt.of(limit),
                    section.text("split")));
    section.finish();
    return source;
  }

  private static ClassLoss loss(Section section) {
    boolean balanced =
        section.node("class_weights").filter(node -> node.value() instanceof String).isPresent();
    if (balanced) {
      section.choice("class_weights", "balanced", List.of("balanced"));
    }
    ClassLoss loss =
        section.locate(
            () ->
                new ClassLoss(
                    section.number("label_smoothing", 0, 0, 1),
                    section.number("focal", 0, 0, ANY),
                    balanced
                        ? new ClassLoss.Weighting.Balanced()
                        : section
                            .section("class_weights")
                            .map(RecipeReader::named)
                            .orElse(new ClassLoss.Weighting.Even())));
    section.finish();
    return loss;
  }

  private static ClassLoss.Weighting named(Section weights) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    weights.keys().forEach(label -> numbers.put(label, weights.number(label, 1, 0, ANY)));
    return new ClassLoss.Weighting.Named(numbers);
  }

  private static Recipe.TrainPart train(Section section) {
    Optional<EarlyStopping> stopping =
        section
            .section("early_stopping")
            .map(
                inner -> {
                  EarlyStopping rule =
                      new EarlyStopping(
                          inner.integer("patience", 1, 1, MANY),
                          inner.number("min_delta", 0, 0, ANY));
                  inner.finish();
                  return rule;
                });
    Recipe.TrainPart train =
        section.locate(
            () ->
                new Recipe.TrainPart(
                    section.integer("epochs", 3, 1, 1 << 20),
                    maxSteps(section),
                    section.integer("batch_size", 32, 1, 1 << 20),
                    section.integer("accumulate", 1, 1, 1 << 20),
                    section.number("clip_norm", 1, 1e-9, ANY),
                    section.parsed("evaluate_every", "epoch", Every::parse, EVERY),
                    section.parsed("save_every", "never", Every::parse, EVERY),
                    section.text("keep_best").map(metric -> metric(section, metric)),
                    stopping,
                    section.flag("group_by_length", true),
                    section.section("log").map(RecipeReader::log),
                    memory(section),
                    section
                        .section("loss_scaling")
                        .map(RecipeReader::lossScaling)
                        .orElse(LossScaling.DEFAULT),
                    new Freezing(section.texts("only"), section.texts("freeze")),
                    section.section("prefix_cache").map(RecipeReader::prefixCache),
                    section.section("techniques").map(TechniqueReader::read).orElse(List.of())));
    section.finish();
    return train;
  }

  private static LogPart log(Section section) {
    LogPart log =
        section.locate(
            () ->
                new LogPart(
                    section.integer("every", 10, 1, MANY),
                    section.flag("csv", true),
                    section.flag("tensorboard", true)));
    section.finish();
    return log;
  }

  private static MemorySaving memory(Section section) {
    int every =
        section.parsed(
            "activation_checkpointing",
            "false",
            RecipeReader::layers,
            "true, false, or a whole number of layers to compute again at a time");
    return new MemorySaving(every, section.flag("optimizer_in_backward", false));
  }

  private static LossScaling lossScaling(Section section) {
    LossScaling otherwise = LossScaling.DEFAULT;
    LossScaling scaling =
        section.locate(
            () ->
                new LossScaling(
                    section.number("init_scale", otherwise.initScale(), 0, ANY),
                    section.number("growth_factor", otherwise.growthFactor(), 0, ANY),
                    section.number("backoff_factor", otherwise.backoffFactor(), 0, 1),
                    section.integer("growth_interval", otherwise.growthInterval(), 1, MANY)));
    section.finish();
    return scaling;
  }

  /** true is every layer by itself, which keeps the least. */
  private static int layers(String value) {
    return switch (value) {
      case "true" -> 1;
      case "false" -> 0;
      default -> {
        if (!value.matches("[1-9][0-9]{0,3}")) {
          throw new UsageException(value + " is no number of layers");
        }
        yield Integer.parseInt(value);
      }
    };
  }

  private static PrefixCache prefixCache(Section section) {
    boolean half = section.choice("type", "fp32", List.of("fp32", "bf16")).equals("bf16");
    var cache =
        new PrefixCache(section.text("folder").map(Path::of), half ? DType.BF16 : DType.F32);
    section.finish();
    return cache;
  }

  private static OptionalLong maxSteps(Section section) {
    return section.text("max_steps").isPresent()
        ? OptionalLong.of(section.integer("max_steps", 1, 1, MANY))
        : OptionalLong.empty();
  }

  private static String metric(Section section, String name) {
    return section.choice("keep_best", name, MetricNames.all());
  }

  private static Recipe.TrainPart defaultTrain() {
    return new Recipe.TrainPart(
        3,
        OptionalLong.empty(),
        32,
        1,
        1,
        Every.epoch(),
        Every.never(),
        Optional.empty(),
        Optional.empty(),
        true,
        Optional.empty(),
        MemorySaving.NONE,
        LossScaling.DEFAULT,
        Freezing.none(),
        Optional.empty(),
        List.of());
  }

  private static Schedule schedule(Section section) {
    List<String> kinds = List.of("linear", "cosine", "constant");
    List<String> given = kinds.stream().filter(kind -> section.node(kind).isPresent()).toList();
    section.finish();
    if (given.size() != 1) {
      throw new RecipeMistake(
          section.where(),
          "'schedule' names "
              + (given.isEmpty() ? "none" : String.join(" and ", given))
              + ", expected one of "
              + String.join(", ", kinds));
    }
    Section inner = section.required(given.get(0));
    double warmup = inner.number("warmup", 0, 0, MANY);
    inner.finish();
    return inner.locate(
        () ->
            switch (given.get(0)) {
              case "linear" -> Schedule.linear(warmup);
              case "cosine" -> Schedule.cosine(warmup);
              default -> Schedule.constant(warmup);
            });
  }
}
