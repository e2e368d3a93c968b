package org.attune.checkpoint;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The README.md beside a model, as the Hub reads it: facts in a YAML head, prose below.
 *
 * @param title of the page
 * @param baseModel what was fine-tuned
 * @param task as the Hub names it, such as {@code text-classification}
 * @param dataset what it learned from
 * @param labels its answers; empty for an encoder
 * @param metrics values on the test, or else the validation examples
 * @param measuredOn name of those examples
 * @param recipe the settings, one line each
 */
public record ModelCard(
    String title,
    String baseModel,
    String task,
    String dataset,
    List<String> labels,
    Map<String, Double> metrics,
    Optional<String> measuredOn,
    Map<String, String> recipe) {

  private static final int LABELS_SHOWN = 30;

  /** The page. */
  public String render() {
    StringBuilder page = new StringBuilder("---\n");
    page.append("library_name: attune\n");
    page.append("base_model: ").append(quoted(baseModel)).append('\n');
    page.append("pipeline_tag: ").append(task).append('\n');
    page.append("datasets:\n- ").append(quoted(dataset)).append('\n');
    if (!metrics.isEmpty()) {
      page.append("metrics:\n");
      metrics.keySet().forEach(name -> page.append("- ").append(name).append('\n'));
    }
    page.append("tags:\n- attune\n---\n\n# ").append(title).append("\n\n");
    page.append("Fine-tuned from `").append(baseModel).append("` on `").append(dataset);
    page.append("` with Attune.\n");
    if (!labels.isEmpty()) {
      page.append("\n## Labels\n\n");
      page.append(String.join(", ", labels.subList(0, Math.min(LABELS_SHOWN, labels.size()))));
      page.append(labels.size() > LABELS_SHOWN ? ", .. (" + labels.size() + ")\n" : "\n");
    }
    measuredOn.ifPresent(
        data -> {
          page.append("\n## Results on ")
              .append(data)
              .append("\n\n| metric | value |\n|---|---|\n");
          metrics.forEach(
              (name, value) ->
                  page.append(String.format(Locale.ROOT, "| %s | %.4f |%n", name, value)));
        });
    page.append("\n## Training\n\n| setting | value |\n|---|---|\n");
    recipe.forEach(
        (key, value) -> page.append("| ").append(key).append(" | ").append(value).append(" |\n"));
    page.append("\n`run.json` beside this page repeats the run: `attune train run.json`.\n");
    return page.toString();
  }

  private static String quoted(String value) {
    return "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
