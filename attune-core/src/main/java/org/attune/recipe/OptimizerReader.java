package org.attune.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.attune.nn.NamePattern;
import org.attune.optim.Adafactor;
import org.attune.optim.AdamW;
import org.attune.optim.AdamW8bit;
import org.attune.optim.GroupSettings;
import org.attune.optim.GroupedOptimizer;
import org.attune.optim.OptimizerSettings;
import org.attune.optim.Sgd;

/**
 * Reads and writes a recipe's {@code optimizer}: one optimizer under its key, and rates of groups
 * beside it. Every optimizer is named here once, with keys and defaults.
 */
final class OptimizerReader {
  private static final double ANY = Double.POSITIVE_INFINITY;
  private static final Map<String, Function<Section, OptimizerSettings>> READERS = readers();

  private OptimizerReader() {}

  private static Map<String, Function<Section, OptimizerSettings>> readers() {
    Map<String, Function<Section, OptimizerSettings>> readers = new LinkedHashMap<>();
    readers.put("adamw", OptimizerReader::adamw);
    readers.put("adamw_8bit", OptimizerReader::adamw8bit);
    readers.put("adafactor", OptimizerReader::adafactor);
    readers.put("sgd", OptimizerReader::sgd);
    return readers;
  }

  /** The optimizer of a whole recipe; AdamW at 5e-5 where it names none. */
  static OptimizerSettings read(Section root) {
    return root.section("optimizer").map(OptimizerReader::optimizer).orElse(AdamW.of(5e-5));
  }

  private static OptimizerSettings optimizer(Section section) {
    List<String> given =
        READERS.keySet().stream().filter(key -> section.node(key).isPresent()).toList();
    double layerDecay = section.number("layer_decay", 1, 0, 1);
    List<GroupSettings.Group> overrides = new ArrayList<>();
    section.sections("groups").forEach(group -> overrides.add(override(group)));
    section.finish();
    if (given.size() != 1) {
      throw new RecipeMistake(
          section.where(),
          "'optimizer' names "
              + (given.isEmpty() ? "none" : String.join(" and ", given))
              + ", expected one of "
              + String.join(", ", READERS.keySet())
              + ", such as optimizer: { adamw: { lr: 2.0e-5 } }");
    }
    Section inner = section.required(given.get(0));
    OptimizerSettings base = inner.locate(() -> READERS.get(given.get(0)).apply(inner));
    inner.finish();
    return layerDecay == 1 && overrides.isEmpty()
        ? base
        : section.locate(
            () -> new GroupedOptimizer(base, new GroupSettings(layerDecay, overrides)));
  }

  private static GroupSettings.Group override(Section group) {
    GroupSettings.Group override =
        group.locate(
            () ->
                new GroupSettings.Group(
                    new NamePattern(group.requiredText("match")),
                    optional(group, "lr", ANY),
                    optional(group, "weight_decay", 1)));
    group.finish();
    return override;
  }

  private static OptionalDouble optional(Section section, String key, double max) {
    return section.text(key).isPresent()
        ? OptionalDouble.of(section.number(key, 0, 0, max))
        : OptionalDouble.empty();
  }

  private static AdamW adamw(Section section) {
    return new AdamW(
        section.number("lr", 5e-5, 0, ANY),
        section.number("weight_decay", 0.01, 0, 1),
        section.number("beta1", 0.9, 0, 1),
        section.number("beta2", 0.999, 0, 1),
        section.number("eps", 1e-8, 0, 1));
  }

  private static AdamW8bit adamw8bit(Section section) {
    return new AdamW8bit(
        section.number("lr", 5e-5, 0, ANY),
        section.number("weight_decay", 0.01, 0, 1),
        section.number("beta1", 0.9, 0, 1),
        section.number("beta2", 0.999, 0, 1),
        section.number("eps", 1e-8, 0, 1),
        section.integer("smallest", 4096, 0, 1 << 30));
  }

  /** Without an lr, relative steps as the paper has them; with one, that rate for all. */
  private static Adafactor adafactor(Section section) {
    boolean relative = section.flag("relative_step", section.text("lr").isEmpty());
    return new Adafactor(
        section.number("lr", relative ? 1 : 5e-5, 0, ANY),
        section.number("weight_decay", 0, 0, 1),
        section.number("beta1", 0, 0, 1),
        section.number("decay_rate", 0.8, 0, 1),
        section.number("eps1", 1e-30, 0, 1),
        section.number("eps2", 1e-3, 0, 1),
        section.number("clip_threshold", 1, 0, ANY),
        section.flag("scale_parameter", relative),
        relative,
        section.flag("warmup_init", false));
  }

  private static Sgd sgd(Section section) {
    return new Sgd(
        section.number("lr", 1e-2, 0, ANY),
        section.number("momentum", 0.9, 0, 1),
        section.number("weight_decay", 0, 0, 1),
        section.flag("nesterov", false));
  }

  /** What {@link #read} reads back, every default spelled out. */
  static Map<String, Object> map(OptimizerSettings settings) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(settings.key(), settings.toMap());
    GroupSettings groups = settings.groups();
    if (groups.layerDecay() < 1) {
      map.put("layer_decay", groups.layerDecay());
    }
    if (!groups.groups().isEmpty()) {
      map.put("groups", groups.groups().stream().map(OptimizerReader::map).toList());
    }
    return map;
  }

  private static Map<String, Object> map(GroupSettings.Group override) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("match", override.match().text());
    override.lr().ifPresent(lr -> map.put("lr", lr));
    override.weightDecay().ifPresent(decay -> map.put("weight_decay", decay));
    return map;
  }
}
