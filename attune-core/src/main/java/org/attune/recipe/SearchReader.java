package org.attune.recipe;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.attune.metric.MetricNames;
import org.attune.recipe.Search.HalvingPart;
import org.attune.recipe.Search.Keep;
import org.attune.recipe.Search.Strategy;
import org.attune.recipe.search.Dimension;
import org.attune.recipe.search.Space;

/** Reads a search: every key is named here once, with its default and range. */
final class SearchReader {
  private static final int MANY = 1 << 30;

  private SearchReader() {}

  static Search read(Path file, List<String> sets) {
    YamlNode yaml = YamlNode.read(file);
    sets.forEach(yaml::set);
    Section root = new Section("", yaml);
    Path recipe = Path.of(root.requiredText("recipe"));
    List<String> overrides = root.section("set").map(SearchReader::overrides).orElse(List.of());
    String metric = root.choice("metric", root.requiredText("metric"), MetricNames.all());
    Strategy strategy =
        Strategy.valueOf(
            root.choice("strategy", "tpe", List.of("grid", "random", "asha", "tpe"))
                .toUpperCase(Locale.ROOT));
    int trials = root.integer("trials", strategy == Strategy.GRID ? MANY : 20, 1, MANY);
    int seed = root.integer("seed", 42, 0, MANY);
    Optional<HalvingPart> halving =
        strategy == Strategy.ASHA
            ? Optional.of(
                root.section("asha").map(SearchReader::asha).orElse(new HalvingPart(3, 1)))
            : root.section("asha").map(SearchReader::asha);
    Space space = space(root.required("parameters"));
    Keep keep =
        Keep.valueOf(root.choice("keep", "best", List.of("best", "all")).toUpperCase(Locale.ROOT));
    Path output = Path.of(root.requiredText("output"));
    root.finish();
    return root.locate(
        () ->
            new Search(
                recipe, overrides, metric, strategy, trials, seed, halving, space, keep, output));
  }

  private static HalvingPart asha(Section section) {
    HalvingPart part =
        new HalvingPart(
            section.integer("eta", 3, 2, 1000), section.integer("first_rung", 1, 1, MANY));
    section.finish();
    return part;
  }

  /** Keys with dots, as on the command line: {@code train.epochs: 1}. */
  private static List<String> overrides(Section section) {
    return section.keys().stream()
        .map(key -> key + "=" + section.text(key).orElse("null"))
        .toList();
  }

  private static Space space(Section section) {
    Map<String, Dimension> dimensions = new LinkedHashMap<>();
    for (String key : section.keys()) {
      YamlNode node = section.node(key).orElseThrow(() -> section.wrong(key, "nothing", EXPECTED));
      dimensions.put(key, section.locate(() -> dimension(section, key, node)));
    }
    return section.locate(() -> new Space(dimensions));
  }

  private static final String EXPECTED =
      "a list of values, or one of uniform, log_uniform, integer and log_integer with two bounds,"
          + " such as { log_uniform: [1.0e-5, 1.0e-3] }";

  private static Dimension dimension(Section section, String key, YamlNode node) {
    if (node.value() instanceof List) {
      return new Dimension.Choice(section.texts(key));
    }
    if (!(node.value() instanceof Map)) {
      throw section.wrong(key, String.valueOf(node.value()), EXPECTED);
    }
    Section range = section.required(key);
    List<String> kinds = List.of("uniform", "log_uniform", "integer", "log_integer");
    List<String> given = kinds.stream().filter(kind -> range.node(kind).isPresent()).toList();
    range.finish();
    if (given.size() != 1) {
      throw section.wrong(key, String.join(" and ", given), EXPECTED);
    }
    String kind = given.get(0);
    List<Double> bounds = range.numbers(kind, 2);
    boolean log = kind.startsWith("log_");
    return kind.endsWith("integer")
        ? new Dimension.Whole(
            whole(range, kind, bounds.get(0)), whole(range, kind, bounds.get(1)), log)
        : new Dimension.Real(bounds.get(0), bounds.get(1), log);
  }

  private static int whole(Section range, String kind, double bound) {
    if (bound != Math.rint(bound) || Math.abs(bound) > MANY) {
      throw range.wrong(kind, Double.toString(bound), "two whole numbers");
    }
    return (int) bound;
  }
}
