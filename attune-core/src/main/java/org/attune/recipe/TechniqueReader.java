package org.attune.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reads {@code train.techniques}: every technique is named here once, with keys and defaults. */
final class TechniqueReader {
  /** In the order in which a trainer is told of them. */
  private static final Map<String, Function<Section, TechniquePart>> READERS = readers();

  private TechniqueReader() {}

  private static Map<String, Function<Section, TechniquePart>> readers() {
    Map<String, Function<Section, TechniquePart>> readers = new LinkedHashMap<>();
    readers.put("ema", section -> new TechniquePart.Ema(section.number("decay", 0.999, 0, 1)));
    readers.put("swa", section -> new TechniquePart.Swa(section.number("start", 0.75, 0, 1)));
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
    return parts;
  }
}
