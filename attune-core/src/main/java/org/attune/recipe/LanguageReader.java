package org.attune.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.attune.data.ChatSource;
import org.attune.data.PromptSource;
import org.attune.data.TextSource;
import org.attune.optim.OptimizerSettings;
import org.attune.optim.Schedule;
import org.attune.recipe.LanguageRecipe.Objective;
import org.attune.task.Packing;
import org.attune.train.Precision;

/** Reads recipes of language modelling: every key is named here once, with default and range. */
final class LanguageReader {
  private static final int MANY = 1 << 30;

  private LanguageReader() {}

  static LanguageRecipe recipe(Section root) {
    LanguageRecipe.Task task = LanguageRecipe.Task.of(root.requiredText("task")).orElseThrow();
    LanguageRecipe.ModelPart model = model(root.required("model"));
    LanguageRecipe.DataPart data = data(root.required("data"), task);
    Objective objective = objective(root, task);
    Recipe.TrainPart train = RecipeReader.trainOf(root);
    OptimizerSettings optimizer = OptimizerReader.read(root);
    Schedule schedule = RecipeReader.scheduleOf(root);
    Path output = Path.of(root.requiredText("output"));
    int seed = root.integer("seed", 42, 0, MANY);
    root.finish();
    return root.locate(
        () ->
            new LanguageRecipe(
                task, seed, model, data, objective, train, optimizer, schedule, output));
  }

  // ---- model

  private static LanguageRecipe.ModelPart model(Section section) {
    Map<String, Object> config =
        section.node("config").map(LanguageReader::config).orElse(Map.of());
    LanguageRecipe.ModelPart model =
        section.locate(
            () ->
                new LanguageRecipe.ModelPart(
                    section.text("checkpoint"),
                    config,
                    section.text("tokenizer"),
                    Precision.valueOf(
                        section
                            .choice("precision", "auto", Precision.names())
                            .toUpperCase(Locale.ROOT)),
                    section.text("dropout").map(text -> section.number("dropout", 0, 0, 0.99))));
    section.finish();
    return model;
  }

  /** The keys themselves, or the path of a config.json. */
  private static Map<String, Object> config(YamlNode node) {
    if (node.value() instanceof String path) {
      try {
        Map<String, Object> map = new LinkedHashMap<>();
        new ObjectMapper()
            .readTree(Files.readString(Path.of(path)))
            .properties()
            .forEach(
                field ->
                    map.put(
                        field.getKey(),
                        new ObjectMapper().convertValue(field.getValue(), Object.class)));
        map.values().removeIf(Objects::isNull);
        return map;
      } catch (IOException e) {
        throw new RecipeMistake(
            node.where(), "'model.config' names " + path + ", which is no readable JSON file", e);
      }
    }
    Map<String, Object> map = new LinkedHashMap<>();
    node.asMap("model.config").forEach((key, value) -> map.put(key, value(value)));
    return map;
  }

  /** YAML's own reading of a value: numbers, true, false, lists and maps. */
  private static Object value(YamlNode node) {
    if (node.value() instanceof List<?> list) {
      return list.stream().map(item -> value((YamlNode) item)).toList();
    }
    if (node.value() instanceof Map) {
      Map<String, Object> map = new LinkedHashMap<>();
      node.asMap("model.config").forEach((key, inner) -> map.put(key, value(inner)));
      return map;
    }
    String text = String.valueOf(node.value());
    if (text.matches("true|false|-?\\d+(\\.\\d*)?([eE][-+]?\\d+)?")) {
      try {
        return new ObjectMapper().readValue(text, Object.class);
      } catch (JsonProcessingException e) {
        return text; // 007 and the like are names
      }
    }
    return text;
  }

  // ---- data

  private static LanguageRecipe.DataPart data(Section section, LanguageRecipe.Task task) {
    boolean share =
        section.node("validation").filter(node -> node.value() instanceof String).isPresent();
    int maxLength = section.integer("max_length", 128, 4, 1 << 20);
    LanguageRecipe.DataPart data =
        section.locate(
            () ->
                new LanguageRecipe.DataPart(
                    sources(section, "train")
                        .orElseThrow(
                            () -> new RecipeMistake(section.where(), "'data.train' is missing")),
                    share ? Optional.empty() : sources(section, "validation"),
                    share ? section.number("validation", 0, 0, 0.9) : 0,
                    sources(section, "test"),
                    maxLength,
                    section.integer("max_target_length", maxLength, 2, 1 << 20),
                    packing(section, task),
                    section.section("mixing").map(TasksReader::mixing)));
    section.finish();
    return data;
  }

  private static Packing packing(Section section, LanguageRecipe.Task task) {
    boolean packs = task == LanguageRecipe.Task.MASKED_LM || task == LanguageRecipe.Task.CAUSAL_LM;
    if (!packs) {
      return Packing.CONCATENATE;
    }
    List<String> names = Arrays.stream(Packing.values()).map(Packing::configName).toList();
    return Packing.valueOf(
        section.choice("packing", "concatenate", names).toUpperCase(Locale.ROOT));
  }

  /** One source, or a list of them. */
  private static Optional<LanguageRecipe.Sources> sources(Section section, String key) {
    return section
        .node(key)
        .map(
            node -> {
              List<TextSource> texts = new ArrayList<>();
              List<PromptSource> prompts = new ArrayList<>();
              List<ChatSource> chats = new ArrayList<>();
              List<?> list = node.value() instanceof List<?> many ? many : List.of(node);
              for (Object item : list) {
                Section source = new Section("data." + key, (YamlNode) item);
                if (source.node("prompt").isPresent() || source.node("answer").isPresent()) {
                  prompts.add(prompt(source));
                } else if (source.node("messages").isPresent()) {
                  chats.add(chat(source));
                } else {
                  texts.add(text(source));
                }
              }
              if (list.isEmpty()) {
                throw new RecipeMistake(node.where(), "'data." + key + "' is an empty list");
              }
              return new LanguageRecipe.Sources(texts, prompts, chats);
            });
  }

  private static TextSource text(Section section) {
    List<String> formats =
        Arrays.stream(TextSource.Format.values()).map(TextSource.Format::configName).toList();
    List<String> ends =
        Arrays.stream(TextSource.Documents.values()).map(TextSource.Documents::configName).toList();
    int limit = section.integer("limit", 0, 1, MANY);
    TextSource source =
        section.locate(
            () ->
                new TextSource(
                    section.requiredText("path"),
                    section.text("text"),
                    section
                        .text("format")
                        .map(name -> section.choice("format", name, formats))
                        .map(name -> TextSource.Format.valueOf(name.toUpperCase(Locale.ROOT))),
                    TextSource.Documents.valueOf(
                        section
                            .choice("documents", "line", ends)
                            .toUpperCase(Locale.ROOT)
                            .replace('-', '_')),
                    limit == 0 ? OptionalLong.empty() : OptionalLong.of(limit)));
    section.finish();
    return source;
  }

  private static PromptSource prompt(Section section) {
    List<String> formats =
        Arrays.stream(PromptSource.Format.values()).map(PromptSource.Format::configName).toList();
    int limit = section.integer("limit", 0, 1, MANY);
    PromptSource source =
        section.locate(
            () ->
                new PromptSource(
                    section.requiredText("path"),
                    section.text("target_path"),
                    section.requiredText("prompt"),
                    section.requiredText("answer"),
                    section
                        .text("format")
                        .map(name -> section.choice("format", name, formats))
                        .map(name -> PromptSource.Format.valueOf(name.toUpperCase(Locale.ROOT))),
                    section.texts("columns"),
                    section.textMap("values"),
                    limit == 0 ? OptionalInt.empty() : OptionalInt.of(limit)));
    section.finish();
    return source;
  }

  private static ChatSource chat(Section section) {
    int limit = section.integer("limit", 0, 1, MANY);
    ChatSource source =
        section.locate(
            () ->
                new ChatSource(
                    section.requiredText("path"),
                    section.requiredText("messages"),
                    limit == 0 ? OptionalInt.empty() : OptionalInt.of(limit)));
    section.finish();
    return source;
  }

  // ---- objective

  private static Objective objective(Section root, LanguageRecipe.Task task) {
    if (task == LanguageRecipe.Task.DENOISING) {
      return denoising(root.required("objective"));
    }
    boolean masks =
        task == LanguageRecipe.Task.MASKED_LM || task == LanguageRecipe.Task.PRETRAINING;
    if (!masks) {
      return Objective.masking();
    }
    return root.section("objective")
        .map(
            section -> {
              Section masking = section.required("masking");
              section.finish();
              Objective objective =
                  new Objective(
                      Objective.Kind.MASKING,
                      masking.number("share", 0.15, 0.001, 0.9),
                      1,
                      masking.flag("whole_words", false),
                      0,
                      0,
                      0);
              masking.finish();
              return objective;
            })
        .orElseGet(Objective::masking);
  }

  private static Objective denoising(Section section) {
    Optional<Section> spans = section.section("spans");
    Optional<Section> infilling = section.section("infilling");
    section.finish();
    if (spans.isPresent() == infilling.isPresent()) {
      throw new RecipeMistake(
          section.where(), "'objective' needs one of spans (T5's) and infilling (BART's)");
    }
    Section noise = spans.or(() -> infilling).orElseThrow();
    boolean t5 = spans.isPresent();
    Objective objective =
        new Objective(
            t5 ? Objective.Kind.SPANS : Objective.Kind.INFILLING,
            noise.number("share", t5 ? 0.15 : 0.3, 0, 0.9),
            noise.number("mean_span", 3, 1, 100),
            false,
            t5 ? 0 : noise.number("permutation", 1, 0, 1),
            t5 ? 0 : noise.number("deletion", 0, 0, 1),
            t5 ? 0 : noise.number("rotation", 0, 0, 1));
    noise.finish();
    return objective;
  }
}
