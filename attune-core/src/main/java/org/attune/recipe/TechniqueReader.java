package org.attune.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.attune.task.FreeLb;

/** Reads {@code train.techniques}: every technique is named here once, with keys and defaults. */
final class TechniqueReader {
  /** In the order in which a trainer is told of them. */
  private static final Map<String, Function<Section, TechniquePart>> READERS = readers();

  private static final Set<String> CHANGE_THE_WORDS = Set.of("neftune", "freelb");
  private static final int MANY = 1 << 30;
  private static final double ANY = Double.POSITIVE_INFINITY;

  private TechniqueReader() {}

  private static Map<String, Function<Section, TechniquePart>> readers() {
    Map<String, Function<Section, TechniquePart>> readers = new LinkedHashMap<>();
    readers.put("ema", section -> new TechniquePart.Ema(section.number("decay", 0.999, 0, 1)));
    readers.put("swa", section -> new TechniquePart.Swa(section.number("start", 0.75, 0, 1)));
    readers.put(
        "neftune",
        section ->
            new TechniquePart.Noise(
                section.number("alpha", 5, 0, ANY), section.integer("seed", 42, 0, MANY)));
    readers.put(
        "r_drop", section -> new TechniquePart.Agreement(section.number("alpha", 1, 0, ANY)));
    readers.put(
        "freelb",
        section ->
            new TechniquePart.Adversary(
                new FreeLb.Settings(
                    section.integer("steps", 2, 1, MANY),
                    section.number("step_size", 0.1, 0, ANY),
                    section.number("start", 0.1, 0, ANY),
                    section.number("radius", 0, 0, ANY))));
    readers.put(DistillationPart.KEY, DistillationPart::read);
    readers.put(CurriculumPart.KEY, CurriculumPart::read);
    readers.put(UnfreezingPart.KEY, UnfreezingPart::read);
    return readers;
  }

  /** The techniques of a section, each under its key. */
  static List<TechniquePart> read(Section section) {
    List<TechniquePart> parts = new ArrayList<>();
    READERS.forEach(
        (key, reader) ->
            section
                .section(key)
                .ifPresent(
                    inner -> {
                      parts.add(inner.locate(() -> reader.apply(inner)));
                      inner.finish();
                    }));
    section.finish();
    Set<String> words = new LinkedHashSet<>(parts.stream().map(TechniquePart::key).toList());
    words.retainAll(CHANGE_THE_WORDS);
    if (words.size() > 1) {
      throw new RecipeMistake(
          section.where(), String.join(" and ", words) + " both move the words' vectors; take one");
    }
    return parts;
  }
}
