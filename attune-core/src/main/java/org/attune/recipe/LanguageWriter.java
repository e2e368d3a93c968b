package org.attune.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.attune.data.ChatSource;
import org.attune.data.PromptSource;
import org.attune.data.TextSource;
import org.attune.recipe.LanguageRecipe.Objective;

/** A recipe as plain maps, every default spelled out; {@link LanguageReader} reads it back. */
final class LanguageWriter {
  private LanguageWriter() {}

  static Map<String, Object> map(LanguageRecipe recipe) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("task", recipe.task().configName());
    map.put("seed", recipe.seed());
    map.put("model", model(recipe.model()));
    map.put("data", data(recipe));
    switch (recipe.task()) {
      case MASKED_LM, PRETRAINING, DENOISING -> map.put("objective", objective(recipe.objective()));
      default -> {}
    }
    map.put("train", RecipeWriter.train(recipe.train()));
    map.put("optimizer", OptimizerReader.map(recipe.optimizer()));
    map.put("schedule", RecipeWriter.schedule(recipe.schedule()));
    map.put("output", recipe.output().toString());
    return map;
  }

  private static Map<String, Object> model(LanguageRecipe.ModelPart model) {
    Map<String, Object> map = new LinkedHashMap<>();
    model.checkpoint().ifPresent(name -> map.put("checkpoint", name));
    if (!model.config().isEmpty()) {
      map.put("config", model.config());
    }
    model.tokenizer().ifPresent(folder -> map.put("tokenizer", folder));
    map.put("precision", model.precision().name().toLowerCase(Locale.ROOT));
    model.dropout().ifPresent(dropout -> map.put("dropout", dropout));
    return map;
  }

  private static Map<String, Object> data(LanguageRecipe recipe) {
    LanguageRecipe.DataPart data = recipe.data();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("train", sources(data.train()));
    data.validation().ifPresent(sources -> map.put("validation", sources(sources)));
    if (data.validationShare() > 0) {
      map.put("validation", data.validationShare());
    }
    data.test().ifPresent(sources -> map.put("test", sources(sources)));
    map.put("max_length", data.maxLength());
    map.put("max_target_length", data.maxTargetLength());
    switch (recipe.task()) {
      case MASKED_LM, CAUSAL_LM -> map.put("packing", data.packing().configName());
      default -> {}
    }
    data.mixing().ifPresent(mixing -> map.put("mixing", TasksWriter.mixing(mixing)));
    return map;
  }

  private static List<Map<String, Object>> sources(LanguageRecipe.Sources sources) {
    List<Map<String, Object>> list = new ArrayList<>();
    sources.texts().forEach(source -> list.add(text(source)));
    sources.prompts().forEach(source -> list.add(prompt(source)));
    sources.chats().forEach(source -> list.add(chat(source)));
    return list;
  }

  private static Map<String, Object> chat(ChatSource source) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("path", source.path());
    map.put("messages", source.messages());
    source.limit().ifPresent(limit -> map.put("limit", limit));
    return map;
  }

  private static Map<String, Object> text(TextSource source) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("path", source.path());
    source.text().ifPresent(column -> map.put("text", column));
    source.format().ifPresent(format -> map.put("format", format.configName()));
    map.put("documents", source.documents().configName());
    source.limit().ifPresent(limit -> map.put("limit", limit));
    return map;
  }

  private static Map<String, Object> prompt(PromptSource source) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("path", source.path());
    source.targetPath().ifPresent(path -> map.put("target_path", path));
    map.put("prompt", source.prompt());
    map.put("answer", source.answer());
    source.format().ifPresent(format -> map.put("format", format.configName()));
    if (!source.columns().isEmpty()) {
      map.put("columns", source.columns());
    }
    if (!source.values().isEmpty()) {
      map.put("values", source.values());
    }
    source.limit().ifPresent(limit -> map.put("limit", limit));
    return map;
  }

  private static Map<String, Object> objective(Objective objective) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("share", objective.share());
    switch (objective.kind()) {
      case MASKING -> map.put("whole_words", objective.wholeWords());
      case SPANS -> map.put("mean_span", objective.meanSpan());
      case INFILLING -> {
        map.put("mean_span", objective.meanSpan());
        map.put("permutation", objective.permutation());
        map.put("deletion", objective.deletion());
        map.put("rotation", objective.rotation());
      }
    }
    return Map.of(objective.kind().name().toLowerCase(Locale.ROOT), map);
  }
}
