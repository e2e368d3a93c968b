package org.attune.recipe;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.attune.UsageException;
import org.attune.data.Competence;
import org.attune.data.CurriculumSampler;
import org.attune.data.DataSource;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.data.Sampler;
import org.attune.data.Target;
import org.attune.data.WordRarity;
import org.attune.task.Teacher;
import org.attune.task.TextClassification;
import org.attune.train.Encoded;
import org.attune.train.Trainer;

/**
 * See {@link CurriculumSampler}.
 *
 * @param difficulty what makes a row hard
 * @param model for {@link Difficulty#LOSS}: a trained classifier
 * @param column for {@link Difficulty#COLUMN}: its name in the training file
 * @param kind how the share of rows grows
 * @param start share of the easiest rows that the first step may read
 * @param steps that it takes until all rows come: below 1 a share of the run, from 1 on a number
 * @param stages of baby steps
 */
record CurriculumPart(
    Difficulty difficulty,
    Optional<String> model,
    Optional<String> column,
    Competence.Kind kind,
    double start,
    double steps,
    int stages)
    implements TechniquePart {
  static final String KEY = "curriculum";

  /** What makes a row hard. */
  enum Difficulty {
    /** Its tokens. */
    LENGTH,
    /** How rare its tokens are; see {@link WordRarity}. */
    RARITY,
    /** What another model makes of it: the loss of its label. */
    LOSS,
    /** A number in the data. */
    COLUMN;

    String configName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  CurriculumPart {
    new Competence(kind, start, 1, stages); // checks them
    if (!(steps > 0)) {
      throw new UsageException("curriculum: steps is " + steps + ", expected a number above 0");
    }
    needs(difficulty == Difficulty.LOSS, "model", model, "a trained classifier");
    needs(difficulty == Difficulty.COLUMN, "column", column, "the data's column of difficulties");
  }

  private static void needs(boolean wanted, String key, Optional<String> value, String what) {
    if (wanted != value.isPresent()) {
      throw new UsageException(
          wanted
              ? "curriculum: '" + key + "' is missing: " + what
              : "curriculum: '" + key + "' has no meaning for this difficulty");
    }
  }

  static CurriculumPart read(Section section) {
    List<String> difficulties =
        Arrays.stream(Difficulty.values()).map(Difficulty::configName).toList();
    List<String> kinds =
        Arrays.stream(Competence.Kind.values()).map(Competence.Kind::configName).toList();
    return new CurriculumPart(
        Difficulty.valueOf(
            section.choice("difficulty", "length", difficulties).toUpperCase(Locale.ROOT)),
        section.text("model"),
        section.text("column"),
        Competence.Kind.of(section.choice("schedule", "sqrt", kinds)),
        section.number("start", 0.1, 0, 1),
        section.number("steps", 0.5, 0, 1 << 30),
        section.integer("stages", 4, 2, 1 << 20));
  }

  @Override
  public String key() {
    return KEY;
  }

  @Override
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("difficulty", difficulty.configName());
    model.ifPresent(name -> map.put("model", name));
    column.ifPresent(name -> map.put("column", name));
    map.put("schedule", kind.configName());
    map.put("start", start);
    map.put("steps", steps);
    map.put("stages", stages);
    return map;
  }

  @Override
  public void applyTo(Trainer<?> trainer, TechniqueContext context) {
    long length = Math.max(1, Math.round(steps < 1 ? steps * context.steps() : steps));
    Sampler afterwards =
        context.train().groupByLength() ? Sampler.lengthGrouped() : Sampler.random();
    trainer.sampler(
        new CurriculumSampler(
            difficulty.configName(),
            of(context),
            new Competence(kind, start, length, stages),
            afterwards));
  }

  private double[] of(TechniqueContext context) {
    Encoded rows = context.rows();
    return switch (difficulty) {
      case LENGTH -> IntStream.range(0, rows.size()).mapToDouble(rows::length).toArray();
      case RARITY ->
          WordRarity.of(
              IntStream.range(0, rows.size())
                  .mapToObj(row -> rows.batch(new int[] {row}).inputIds())
                  .toList());
      case LOSS -> losses(context);
      case COLUMN -> numbers(context);
    };
  }

  private double[] losses(TechniqueContext context) {
    TextClassification task = context.classification(KEY);
    try (Teacher reference = Teacher.open(model.orElseThrow(), context.maxLength())) {
      return reference.losses(context.examples().orElseThrow(), task, context.output());
    }
  }

  /** The training file once more, with the column as its score; rows are known by their text. */
  private double[] numbers(TechniqueContext context) {
    Dataset rows =
        context.examples().orElseThrow(() -> new UsageException("curriculum: 'column' needs rows"));
    DataSource source = context.source().orElseThrow();
    Map<List<String>, Double> numbers = new LinkedHashMap<>();
    for (Example example : Dataset.read(source.forScores(column.orElseThrow())).examples()) {
      numbers.put(key(example), ((Target.Score) example.target()).value());
    }
    return rows.examples().stream().mapToDouble(example -> numbers.get(key(example))).toArray();
  }

  private static List<String> key(Example example) {
    return List.of(example.text(), example.pair().orElse(""));
  }
}
