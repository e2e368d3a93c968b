package org.attune.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.attune.AttuneException;

/** From a source's rows to a data set: checks each field, gives labels their numbers. */
final class DatasetReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final DataSource source;
  private final List<Row> rows = new ArrayList<>();

  /** Labels of each row. Few distinct fields fill many rows, so each is parsed and kept once. */
  private final List<List<String>> names = new ArrayList<>();

  private final Map<String, List<String>> parsed = new HashMap<>();

  private DatasetReader(DataSource source) {
    this.source = source;
  }

  /** Reads a source; its labels are numbered as {@code model}'s where that is given. */
  static Dataset read(DataSource source, Optional<Labels> model) {
    Dataset whole;
    if (source.isBuiltin()) {
      Dataset topics = WordNetTopics.read(source);
      whole = model.map(topics::alignedTo).orElse(topics);
    } else {
      DatasetReader reader = new DatasetReader(source).readFiles();
      Dataset found = reader.dataset();
      whole = model.map(m -> found.alignedTo(m, row -> reader.rows.get(row).where())).orElse(found);
    }
    // The sample is part of what the source means, so its seed is fixed.
    return source.limit().isPresent() ? whole.sample(source.limit().getAsInt(), 0) : whole;
  }

  static Target.Kind kind(Example example) {
    Target target = example.target();
    if (target instanceof Target.Single) {
      return Target.Kind.SINGLE;
    }
    if (target instanceof Target.Multi) {
      return Target.Kind.MULTI;
    }
    if (target instanceof Target.Text) {
      return Target.Kind.TEXT;
    }
    if (target instanceof Target.Chat) {
      return Target.Kind.CHAT;
    }
    return target instanceof Target.Score ? Target.Kind.SCORE : Target.Kind.NONE;
  }

  private DatasetReader readFiles() {
    for (Path file : FileSet.of(source.path())) {
      DataSource.Format format = source.format().orElseGet(() -> formatOf(file));
      Consumer<Row> add = this::add;
      if (format == DataSource.Format.LABEL_FIRST) {
        LabelFirstReader.read(file, add);
      } else {
        TableReader.read(source, file, format, add);
      }
    }
    if (rows.isEmpty()) {
      throw new AttuneException("data: " + source.path() + " has no rows after its header");
    }
    return this;
  }

  private static DataSource.Format formatOf(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
    String ending = name.substring(name.lastIndexOf('.') + 1);
    return switch (ending) {
      case "csv" -> DataSource.Format.CSV;
      case "tsv" -> DataSource.Format.TSV;
      case "jsonl", "ndjson" -> DataSource.Format.JSONL;
      case "parquet" -> DataSource.Format.PARQUET;
      default ->
          throw new AttuneException(
              "data: "
                  + file
                  + ": the ending does not say how it is written; add 'format:' with one of "
                  + Arrays.stream(DataSource.Format.values())
                      .map(DataSource.Format::configName)
                      .toList());
    };
  }

  private void add(Row row) {
    checkText(row, row.text(), source.text());
    source.textPair().ifPresent(column -> checkText(row, row.pair(), column));
    if (wantsLabel()) {
      String field = row.answer().map(String::strip).orElse("");
      names.add(parsed.computeIfAbsent(field, unseen -> labelsOf(row, unseen)));
    }
    rows.add(row);
  }

  private static void checkText(Row row, Optional<String> text, String column) {
    if (text.isEmpty() || text.get().isBlank()) {
      throw new AttuneException(
          "data: " + row.where() + " has no text in '" + column + "'; remove the row");
    }
    // Text files were searched for NUL bytes; JSON and Parquet can still bring the character.
    if (text.get().indexOf('\0') >= 0) {
      throw new AttuneException(
          "data: " + row.where() + " has a NUL character in '" + column + "'; remove it");
    }
  }

  private boolean wantsLabel() {
    return source.score().isEmpty()
        && (source.label().isPresent()
            || source.format().equals(Optional.of(DataSource.Format.LABEL_FIRST)));
  }

  private List<String> labelsOf(Row row, String field) {
    if (!source.isMultiLabel()) {
      if (field.isEmpty()) {
        throw new AttuneException(
            "data: " + row.where() + " has no label in '" + source.label().orElse("label") + "'");
      }
      return List.of(renamed(field));
    }
    List<String> several =
        field.startsWith("[")
            ? jsonList(row, field)
            : Arrays.asList(field.split(Pattern.quote(source.separator().get())));
    return several.stream()
        .map(String::strip)
        .filter(s -> !s.isEmpty())
        .map(this::renamed)
        .toList();
  }

  private static List<String> jsonList(Row row, String field) {
    try {
      List<String> values = new ArrayList<>();
      for (JsonNode value : JSON.readTree(field)) {
        values.add(value.asText());
      }
      return values;
    } catch (JsonProcessingException e) {
      throw new AttuneException(
          "data: " + row.where() + " has labels that begin with '[' but are no JSON list: " + field,
          e);
    }
  }

  private String renamed(String label) {
    return source.labels().getOrDefault(label, label);
  }

  private Dataset dataset() {
    Labels labels = Labels.sorted(parsed.values().stream().flatMap(List::stream).toList());
    Map<List<String>, Target> targets = new HashMap<>();
    parsed.values().forEach(several -> targets.put(several, target(several, labels)));
    List<Example> examples = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      Target target =
          source.score().isPresent()
              ? new Target.Score(number(row))
              : wantsLabel() ? targets.get(names.get(i)) : new Target.None();
      examples.add(new Example(row.text().orElseThrow(), row.pair(), target));
    }
    return new Dataset(source.path(), examples, labels, kind(examples.get(0)));
  }

  private Target target(List<String> several, Labels labels) {
    List<Integer> ids = several.stream().map(name -> labels.id(name).orElseThrow()).toList();
    return source.isMultiLabel() ? new Target.Multi(ids) : new Target.Single(ids.get(0));
  }

  private double number(Row row) {
    String field = row.answer().map(String::strip).orElse("");
    try {
      double value = Double.parseDouble(field);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Falls through to the message, which says where.
    }
    throw new AttuneException(
        "data: "
            + row.where()
            + " has '"
            + field
            + "' in '"
            + source.score().orElse("")
            + "', expected a finite number");
  }
}
