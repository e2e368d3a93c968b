package org.attune.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.checkpoint.AtomicFiles;
import org.attune.recipe.search.Halving;

/**
 * The trials of a search on disk, {@code trials.jsonl}, one line each, and what the search was,
 * {@code search.json}. Either file is replaced as a whole, so that a search that is killed goes on
 * from its last whole trial.
 */
final class SearchTable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Search search;
  private final List<SearchTrial> trials = new ArrayList<>();

  SearchTable(Search search) {
    this.search = search;
  }

  private Path file() {
    return search.output().resolve("trials.jsonl");
  }

  List<SearchTrial> trials() {
    return List.copyOf(trials);
  }

  /**
   * Begins a table or goes on with one.
   *
   * @throws UsageException when the folder holds a search and it is not to be resumed, or another
   */
  void open(boolean resume) {
    Path about = search.output().resolve("search.json");
    String now = json(describe());
    try {
      if (!Files.exists(about)) {
        AtomicFiles.write(about, now);
        return;
      }
      if (!resume) {
        throw new UsageException(
            "search: "
                + search.output()
                + " has a search in it; resume it, delete it, or choose another output");
      }
      checkSame(JSON.readTree(Files.readString(about)), JSON.readTree(now), about);
      if (Files.exists(file())) {
        for (String line : Files.readAllLines(file())) {
          trials.add(JSON.readValue(line, SearchTrial.class));
        }
      }
    } catch (IOException e) {
      throw new AttuneException(
          "search: " + search.output() + " cannot be read: " + AtomicFiles.reason(e), e);
    }
  }

  private static void checkSame(JsonNode before, JsonNode now, Path file) {
    now.properties()
        .forEach(
            entry -> {
              if (!entry.getValue().equals(before.get(entry.getKey()))) {
                throw new UsageException(
                    "search: cannot resume: "
                        + file
                        + " has another "
                        + entry.getKey()
                        + " than this search; start anew in another output folder");
              }
            });
  }

  /** All that decides which trials there are. */
  private Map<String, Object> describe() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("recipe", RecipeReader.root(search.recipe(), search.sets()).plain());
    map.put("metric", search.metric());
    map.put("strategy", search.strategy().toString());
    map.put("seed", search.seed());
    map.put("halving", search.halving().map(Object::toString).orElse("none"));
    map.put("parameters", search.space().toString());
    return map;
  }

  /** Adds a trial, or what it has become. */
  void add(SearchTrial trial) {
    if (trial.number() < trials.size()) {
      trials.set(trial.number(), trial);
    } else {
      trials.add(trial);
    }
    StringBuilder lines = new StringBuilder();
    trials.forEach(each -> lines.append(json(each)).append('\n'));
    AtomicFiles.write(file(), lines.toString());
  }

  /**
   * The rungs of all trials; empty before the first has shown how many evaluations a run has.
   *
   * @throws UsageException when trials differ in that
   */
  Optional<Halving> rungs(Search.HalvingPart part) {
    List<Integer> evaluations =
        trials.stream()
            .map(SearchTrial::evaluations)
            .filter(count -> count > 0)
            .distinct()
            .toList();
    if (evaluations.size() > 1) {
      throw new UsageException(
          "search: trials have "
              + evaluations
              + " evaluations; asha compares them at the same ones, so do not vary what changes"
              + " their number");
    }
    return evaluations.stream()
        .findFirst()
        .map(count -> Halving.of(part.eta(), part.firstRung(), count));
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
