package org.attune.data;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.attune.AttuneException;
import org.attune.Sha256;
import org.attune.UsageException;

/** Examples with one kind of target, and the labels they use. Immutable. */
public final class Dataset {
  private final String name;
  private final List<Example> examples;
  private final Labels labels;
  private final Target.Kind kind;

  Dataset(String name, List<Example> examples, Labels labels, Target.Kind kind) {
    this.name = name;
    this.examples = List.copyOf(examples);
    this.labels = labels;
    this.kind = kind;
  }

  // ---- where it comes from

  /** A CSV file with a header line, a text column and a label column. */
  public static Dataset csv(Path file, String text, String label) {
    return read(DataSource.of(file.toString(), text).withLabel(label));
  }

  /**
   * Reads rows and finds their labels.
   *
   * @throws AttuneException saying file, line and column of what is wrong
   */
  public static Dataset read(DataSource source) {
    return DatasetReader.read(source, Optional.empty());
  }

  /**
   * Reads rows whose labels are a model's, matched by name.
   *
   * @throws AttuneException also when a row has a label the model does not know: which rows, and
   *     which labels it knows
   */
  public static Dataset read(DataSource source, Labels model) {
    return DatasetReader.read(source, Optional.of(model));
  }

  /** A data set of examples made by the caller. */
  public static Dataset of(String name, List<Example> examples, Labels labels) {
    Target.Kind kind = examples.isEmpty() ? Target.Kind.NONE : DatasetReader.kind(examples.get(0));
    return new Dataset(name, examples, labels, kind);
  }

  // ---- what it holds

  public String name() {
    return name;
  }

  public int size() {
    return examples.size();
  }

  public Example get(int row) {
    return examples.get(row);
  }

  public List<Example> examples() {
    return examples;
  }

  /** The labels in order; empty where targets are none or scores. */
  public Labels labels() {
    return labels;
  }

  public Target.Kind kind() {
    return kind;
  }

  public boolean hasPairs() {
    return examples.stream().anyMatch(example -> example.pair().isPresent());
  }

  /** Rows with each label, in the order of the labels; 0 for a label no row has. */
  public Map<String, Integer> labelCounts() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    labels.names().forEach(label -> counts.put(label, 0));
    for (Example example : examples) {
      if (example.target() instanceof Target.Single single) {
        counts.merge(labels.name(single.label()), 1, Integer::sum);
      } else if (example.target() instanceof Target.Multi multi) {
        multi.labels().forEach(label -> counts.merge(labels.name(label), 1, Integer::sum));
      }
    }
    return counts;
  }

  // ---- parts of it

  /**
   * Splits by chance, each label in proportion.
   *
   * @param trainFraction share of the first part, between 0 and 1
   */
  public Split split(double trainFraction, long seed) {
    if (!(trainFraction > 0 && trainFraction < 1)) {
      throw new UsageException(
          "data: cannot split off a share of " + trainFraction + ", expected between 0 and 1");
    }
    if (size() < 2) {
      throw new AttuneException(
          "data: "
              + name
              + " has "
              + Rows.count(size())
              + ", too few to split into train and validation");
    }
    int wanted = (int) Math.max(1, Math.min(size() - 1L, Math.round(size() * trainFraction)));
    List<Integer> first = StratifiedSplit.split(examples, wanted, seed);
    boolean[] inFirst = new boolean[size()];
    first.forEach(row -> inFirst[row] = true);
    List<Integer> second = IntStream.range(0, size()).filter(i -> !inFirst[i]).boxed().toList();
    return new Split(rows(first), rows(second));
  }

  /** At most this many rows by chance, each label in proportion; the order of the data is kept. */
  public Dataset sample(int count, long seed) {
    return count >= size() ? this : rows(StratifiedSplit.sample(examples, count, seed));
  }

  /** The first rows. */
  public Dataset take(int count) {
    return rows(IntStream.range(0, Math.min(count, size())).boxed().toList());
  }

  private Dataset rows(List<Integer> rows) {
    return new Dataset(name, rows.stream().map(examples::get).toList(), labels, kind);
  }

  /**
   * The same rows with their labels numbered as a model numbers them, matched by name.
   *
   * @throws AttuneException naming the rows whose labels the model does not know
   */
  public Dataset alignedTo(Labels model) {
    return alignedTo(model, row -> "row " + (row + 1));
  }

  Dataset alignedTo(Labels model, IntFunction<String> where) {
    if (labels.size() == 0 || labels.equals(model)) {
      return this;
    }
    UnknownLabels.refuse(this, model, where);
    int[] map = labels.alignTo(model);
    List<Example> aligned = new ArrayList<>(size());
    for (Example example : examples) {
      aligned.add(new Example(example.text(), example.pair(), renumber(example.target(), map)));
    }
    return new Dataset(name, aligned, model, kind);
  }

  /**
   * This data set, if something can be learned from it.
   *
   * @throws AttuneException if it has fewer than two rows, no targets, or one label for all rows
   */
  public Dataset forTraining() {
    if (size() < 2) {
      throw new AttuneException(
          "data: " + name + " has " + Rows.count(size()) + ", training needs at least 2");
    }
    if (kind == Target.Kind.NONE) {
      throw new AttuneException(
          "data: " + name + " has nothing to learn: name its 'label:' or 'score:' column");
    }
    List<String> used =
        labelCounts().entrySet().stream()
            .filter(count -> count.getValue() > 0)
            .map(Map.Entry::getKey)
            .toList();
    if (kind == Target.Kind.MULTI && used.isEmpty()) {
      throw new AttuneException("data: " + name + " has no row with a label");
    }
    if (kind == Target.Kind.SINGLE && used.size() < 2) {
      throw new AttuneException(
          "data: "
              + name
              + " has the one label '"
              + used.get(0)
              + "' in all "
              + Rows.count(size())
              + "; a classifier needs at least two labels");
    }
    return this;
  }

  private static Target renumber(Target target, int[] map) {
    if (target instanceof Target.Single single) {
      return new Target.Single(map[single.label()]);
    }
    if (target instanceof Target.Multi multi) {
      return new Target.Multi(multi.labels().stream().map(label -> map[label]).toList());
    }
    return target;
  }

  // ---- identity

  /** SHA-256 of texts, pairs and targets in order: the same rows give the same digest. */
  public String sha256() {
    MessageDigest digest = Sha256.digest();
    for (Example example : examples) {
      update(digest, example.text());
      update(digest, example.pair().orElse(""));
      update(digest, answer(example.target()));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private String answer(Target target) {
    if (target instanceof Target.Single single) {
      return labels.name(single.label());
    }
    if (target instanceof Target.Multi multi) {
      return multi.labels().stream().map(labels::name).sorted().toList().toString();
    }
    if (target instanceof Target.Text text) {
      return text.value();
    }
    return target instanceof Target.Score score ? Double.toString(score.value()) : "";
  }

  private static void update(MessageDigest digest, String value) {
    digest.update(value.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  /** Label counts, text lengths and duplicates. */
  public DatasetProfile profile() {
    return DatasetProfile.of(this);
  }

  /** One line: the name, how many rows, how many labels. */
  public String describe() {
    String what =
        switch (kind) {
          case NONE -> "no labels";
          case SCORE -> "scores";
          case TEXT -> "answers";
          case CHAT -> "chats";
          case SINGLE -> labels.size() + " labels";
          case MULTI -> labels.size() + " labels, several a row";
        };
    return name + ": " + Rows.count(size()) + ", " + what;
  }
}
