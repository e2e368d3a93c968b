package org.attune.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The README.md beside a model, as the Hub reads it: facts in a YAML head, prose below. The head
 * names only what the Hub can resolve: it refuses a page whose base model or data set is a path.
 *
 * @param title of the page
 * @param baseModel what was fine-tuned, as {@link Checkpoint#open} takes it; blank for none
 * @param task as the Hub names it, such as {@code text-classification}
 * @param dataset what it learned from
 * @param labels its answers; empty for an encoder
 * @param metrics values on the test, or else the validation examples, in the order shown
 * @param measuredOn what those examples are
 * @param recipe the settings, one line each, in the order shown
 */
public record ModelCard(
    String title,
    String baseModel,
    String task,
    String dataset,
    List<String> labels,
    Map<String, Double> metrics,
    Optional<Measured> measuredOn,
    Map<String, String> recipe) {

  private static final int LABELS_SHOWN = 30;

  /** Where the Hub keeps what comes with Attune. */
  private static final Map<String, String> HUB_NAMES =
      Map.of("builtin:all-minilm-l6-v2", "sentence-transformers/all-MiniLM-L6-v2");

  /**
   * Examples that a model was judged by.
   *
   * @param set which part they are, such as {@code the test set}
   * @param dataset the file, or the data set, they come from
   */
  public record Measured(String set, String dataset) {
    @Override
    public String toString() {
      return set + " of " + dataset;
    }
  }

  public ModelCard {
    labels = List.copyOf(labels);
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    recipe = Collections.unmodifiableMap(new LinkedHashMap<>(recipe));
  }

  /** The page. */
  public String render() {
    StringBuilder page = new StringBuilder("---\n");
    head(page);
    page.append("---\n\n# ").append(line(title)).append("\n\n");
    page.append(
        baseModel.isBlank() ? "Trained from random weights" : "Fine-tuned from " + code(baseModel));
    page.append(" on ").append(code(dataset)).append(" with Attune.\n");
    labels(page);
    results(page);
    page.append("\n## Training\n\n| setting | value |\n|---|---|\n");
    recipe.forEach((key, value) -> row(page, key, value));
    page.append("\n`run.json` beside this page repeats the run: `attune train run.json`.\n");
    return page.toString();
  }

  private void head(StringBuilder page) {
    page.append("library_name: attune\n");
    hubName().ifPresent(name -> page.append("base_model: ").append(quoted(name)).append('\n'));
    page.append("pipeline_tag: ").append(task).append("\ntags:\n- attune\n");
    if (metrics.isEmpty()) {
      return;
    }
    page.append("metrics:\n");
    metrics.keySet().forEach(name -> page.append("- ").append(quoted(name)).append('\n'));
    page.append("model-index:\n- name: ").append(quoted(title));
    page.append("\n  results:\n  - task:\n      type: ").append(task);
    page.append("\n    dataset:\n      name: ").append(quoted(measured()));
    page.append("\n      type: ").append(quoted(measuredOn.map(Measured::dataset).orElse(dataset)));
    page.append("\n    metrics:\n");
    metrics.forEach(
        (name, value) -> {
          page.append("    - type: ").append(quoted(name));
          page.append("\n      value: ").append(number(value)).append('\n');
        });
  }

  /** A hub name, unless a folder of that name was meant. */
  private Optional<String> hubName() {
    String name = HUB_NAMES.getOrDefault(baseModel, baseModel).replaceFirst("@.*", "");
    boolean fits = name.matches("[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*");
    boolean folder = fits && Files.exists(Path.of(name));
    return fits && !folder ? Optional.of(name) : Optional.empty();
  }

  private String measured() {
    return measuredOn.map(Measured::toString).orElse(dataset);
  }

  private void labels(StringBuilder page) {
    if (labels.isEmpty()) {
      return;
    }
    List<String> shown = new ArrayList<>();
    labels.stream().limit(LABELS_SHOWN).forEach(label -> shown.add(code(label)));
    page.append("\n## Labels\n\n").append(String.join(", ", shown));
    page.append(labels.size() > LABELS_SHOWN ? ", .. (" + labels.size() + ")\n" : "\n");
  }

  private void results(StringBuilder page) {
    if (metrics.isEmpty()) {
      return;
    }
    page.append("\n## Results");
    measuredOn.ifPresent(examples -> page.append(" on ").append(line(examples.toString())));
    page.append("\n\n| metric | value |\n|---|---|\n");
    metrics.forEach((name, value) -> row(page, name, number(value)));
  }

  private static void row(StringBuilder page, String key, String value) {
    page.append("| ").append(cell(key)).append(" | ").append(cell(value)).append(" |\n");
  }

  /** YAML knows {@code .nan}, the Hub's pages do not: a metric without a value is shown as such. */
  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "null";
  }

  private static String cell(String text) {
    return line(text).replace("|", "\\|");
  }

  /** Markdown code; a grave accent inside would end it. */
  private static String code(String text) {
    return "`" + line(text).replace('`', '\'') + "`";
  }

  private static String quoted(String text) {
    return "\"" + line(text).replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  /** Names come from data: a line end in one would begin a new entry of the head. */
  private static String line(String text) {
    return text.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]+", " ");
  }
}
