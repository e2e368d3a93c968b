package org.attune.recipe;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.attune.data.DataSource;
import org.attune.optim.Schedule;
import org.attune.task.ClassLoss;
import org.attune.tensor.DType;
import org.attune.train.Every;
import org.attune.train.LossScaling;
import org.attune.train.PrefixCache;

/** A recipe as plain maps, every default spelled out; {@link RecipeReader} reads it back. */
final class RecipeWriter {
  private RecipeWriter() {}

  static Map<String, Object> map(Recipe recipe) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("task", recipe.task().configName());
    map.put("seed", recipe.seed());
    map.put("model", model(recipe.model()));
    map.put("data", data(recipe.data()));
    if (!recipe.loss().equals(ClassLoss.plain())) {
      map.put("loss", loss(recipe.loss()));
    }
    map.put("train", train(recipe.train()));
    map.put("optimizer", OptimizerReader.map(recipe.optimizer()));
    map.put("schedule", schedule(recipe.schedule()));
    map.put("output", recipe.output().toString());
    return map;
  }

  static Map<String, Object> model(Recipe.ModelPart model) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("checkpoint", model.checkpoint());
    map.put("precision", model.precision().name().toLowerCase(Locale.ROOT));
    model.dropout().ifPresent(dropout -> map.put("dropout", dropout));
    if (!model.layers().isEmpty()) {
      map.put("layers", model.layers());
    }
    return map;
  }

  private static Map<String, Object> data(Recipe.DataPart data) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("train", source(data.train()));
    data.validation().ifPresent(source -> map.put("validation", source(source)));
    if (data.validationShare() > 0) {
      map.put("validation", data.validationShare());
    }
    data.test().ifPresent(source -> map.put("test", source(source)));
    map.put("max_length", data.maxLength());
    map.put("max_score", data.maxScore());
    return map;
  }

  static Map<String, Object> source(DataSource source) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("path", source.path());
    map.put("text", source.text());
    source.textPair().ifPresent(column -> map.put("text_pair", column));
    source.label().ifPresent(column -> map.put("label", column));
    source.separator().ifPresent(separator -> map.put("separator", separator));
    source.score().ifPresent(column -> map.put("score", column));
    source.format().ifPresent(format -> map.put("format", format.configName()));
    if (!source.columns().isEmpty()) {
      map.put("columns", source.columns());
    }
    if (!source.labels().isEmpty()) {
      map.put("labels", source.labels());
    }
    source.limit().ifPresent(limit -> map.put("limit", limit));
    source.split().ifPresent(split -> map.put("split", split));
    return map;
  }

  private static Map<String, Object> loss(ClassLoss loss) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("label_smoothing", loss.labelSmoothing());
    map.put("focal", loss.gamma());
    if (loss.weighting() instanceof ClassLoss.Weighting.Balanced) {
      map.put("class_weights", "balanced");
    } else if (loss.weighting() instanceof ClassLoss.Weighting.Named named) {
      map.put("class_weights", named.weights());
    }
    return map;
  }

  static Map<String, Object> train(Recipe.TrainPart train) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("epochs", train.epochs());
    train.maxSteps().ifPresent(steps -> map.put("max_steps", steps));
    map.put("batch_size", train.batchSize());
    map.put("accumulate", train.accumulate());
    map.put("clip_norm", train.clipNorm());
    map.put("evaluate_every", every(train.evaluateEvery()));
    map.put("save_every", every(train.saveEvery()));
    train.keepBest().ifPresent(metric -> map.put("keep_best", metric));
    train
        .earlyStopping()
        .ifPresent(
            stopping -> {
              Map<String, Object> inner = new LinkedHashMap<>();
              inner.put("patience", stopping.patience());
              inner.put("min_delta", stopping.minDelta());
              map.put("early_stopping", inner);
            });
    map.put("group_by_length", train.groupByLength());
    train.log().ifPresent(log -> map.put("log", log(log)));
    if (train.memory().checkpointEvery() > 0) {
      map.put("activation_checkpointing", train.memory().checkpointEvery());
    }
    if (train.memory().optimizerInBackward()) {
      map.put("optimizer_in_backward", true);
    }
    if (!train.lossScaling().equals(LossScaling.DEFAULT)) {
      map.put("loss_scaling", lossScaling(train.lossScaling()));
    }
    if (!train.freezing().only().isEmpty()) {
      map.put("only", train.freezing().only());
    }
    if (!train.freezing().freeze().isEmpty()) {
      map.put("freeze", train.freezing().freeze());
    }
    train.prefixCache().ifPresent(cache -> map.put("prefix_cache", prefixCache(cache)));
    if (!train.techniques().isEmpty()) {
      Map<String, Object> techniques = new LinkedHashMap<>();
      train.techniques().forEach(part -> techniques.put(part.key(), part.toMap()));
      map.put("techniques", techniques);
    }
    return map;
  }

  private static Map<String, Object> log(LogPart log) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("every", log.every());
    map.put("csv", log.csv());
    map.put("tensorboard", log.tensorboard());
    return map;
  }

  private static Map<String, Object> lossScaling(LossScaling scaling) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("init_scale", scaling.initScale());
    map.put("growth_factor", scaling.growthFactor());
    map.put("backoff_factor", scaling.backoffFactor());
    map.put("growth_interval", scaling.growthInterval());
    return map;
  }

  private static Map<String, Object> prefixCache(PrefixCache cache) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("type", cache.type() == DType.BF16 ? "bf16" : "fp32");
    cache.folder().ifPresent(folder -> map.put("folder", folder.toString()));
    return map;
  }

  private static Object every(Every every) {
    return every instanceof Every.Steps steps ? (Object) steps.count() : every.toString();
  }

  static Map<String, Object> schedule(Schedule schedule) {
    String kind = schedule.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    double warmup =
        schedule instanceof Schedule.Linear linear
            ? linear.warmup()
            : schedule instanceof Schedule.Cosine cosine
                ? cosine.warmup()
                : ((Schedule.Constant) schedule).warmup();
    return Map.of(kind, Map.of("warmup", warmup));
  }
}
