package org.attune.recipe;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.attune.UsageException;
import org.attune.models.Model;
import org.attune.objective.StateMatching;
import org.attune.task.Distillation;
import org.attune.task.Teacher;
import org.attune.task.TextClassification;
import org.attune.train.TrainTask;

/**
 * See {@link Distillation}.
 *
 * @param teacher a trained classifier: a folder or a hub name
 */
record DistillationPart(String teacher, Distillation.Settings settings) implements TechniquePart {
  static final String KEY = "distillation";

  static DistillationPart read(Section section) {
    return new DistillationPart(
        section.requiredText("teacher"),
        new Distillation.Settings(
            section.number("temperature", 2, 0, 1e6),
            section.number("alpha", 0.5, 0, 1),
            section.number("hidden", 0, 0, 1e6),
            StateMatching.valueOf(
                section
                    .choice("matching", "cosine", StateMatching.names())
                    .toUpperCase(Locale.ROOT)),
            section.number("attention", 0, 0, 1e6),
            section.integers("layers", 0, 1 << 12)));
  }

  @Override
  public String key() {
    return KEY;
  }

  @Override
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("teacher", teacher);
    map.put("temperature", settings.temperature());
    map.put("alpha", settings.alpha());
    map.put("hidden", settings.hidden());
    map.put("matching", settings.matching().configName());
    map.put("attention", settings.attention());
    if (!settings.layers().isEmpty()) {
      map.put("layers", settings.layers());
    }
    return map;
  }

  @Override
  public TrainTask<Model> around(TrainTask<Model> task, TechniqueContext context) {
    if (!(task instanceof TextClassification classification)) {
      throw new UsageException(
          "'train.techniques.distillation' is for task text-classification, without other"
              + " techniques that change the loss");
    }
    Teacher opened = context.open(Teacher.open(teacher, context.maxLength()));
    return Distillation.of(
        classification, opened, context.examples().orElseThrow(), settings, context.output());
  }
}
