package org.attune.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attune.recipe.Search;
import org.attune.recipe.SearchRunner;
import org.attune.recipe.SearchTrial;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code attune search}: the best settings of a recipe. */
@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    description = "Tries settings of a recipe and keeps the best by a metric of its validation.",
    footer = {
      "",
      "Example:",
      "  attune search recipes/search/sst2.yaml --set trials=8 --set output=out/search"
    })
final class SearchCommand implements Callable<Integer> {
  @Parameters(paramLabel = "SEARCH", description = "A YAML file; docs/search.md has its keys.")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Overrides one key of the search, such as trials=5. May be given several times.")
  private List<String> sets = List.of();

  @Option(names = "--resume", description = "Goes on with the search in the output folder.")
  private boolean resume;

  @Mixin private Output output;

  @Override
  public Integer call() {
    Search search = Search.read(file, sets);
    try (StopSignal stop = new StopSignal();
        TrainingProgress progress = new TrainingProgress()) {
      SearchRunner.Result result =
          new SearchRunner(search)
              .callback(progress)
              .notes(Output::note)
              .stopWhen(stop)
              .resume(resume)
              .run();
      if (result.stopped()) {
        Output.note("stopped and saved; go on with: " + TrainCommand.again("search", file, sets));
      } else {
        print(search, result);
      }
      return 0;
    }
  }

  private void print(Search search, SearchRunner.Result result) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("metric", search.metric());
    map.put("output", search.output().toString());
    map.put("trials", result.trials().stream().map(SearchCommand::map).toList());
    output.print(map, () -> table(search, result.trials()));
  }

  private static Map<String, Object> map(SearchTrial trial) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("trial", trial.number());
    map.put("state", trial.state().name().toLowerCase(Locale.ROOT));
    trial.latest().ifPresent(score -> map.put("score", score));
    map.put("values", trial.values());
    map.put("steps", trial.steps());
    map.put("seconds", trial.seconds());
    if (!trial.message().isEmpty()) {
      map.put("message", trial.message());
    }
    return map;
  }

  private static void table(Search search, List<SearchTrial> trials) {
    List<String> header = new ArrayList<>(List.of("trial", "state", search.metric()));
    header.addAll(search.space().dimensions().keySet());
    header.addAll(List.of("steps", "seconds"));
    List<List<String>> rows = new ArrayList<>(List.of(header));
    for (SearchTrial trial : trials) {
      List<String> row = new ArrayList<>();
      row.add(Integer.toString(trial.number()));
      row.add(trial.state().name().toLowerCase(Locale.ROOT));
      row.add(trial.latest().map(s -> String.format(Locale.ROOT, "%.4f", s)).orElse("-"));
      search.space().dimensions().keySet().forEach(key -> row.add(trial.values().get(key)));
      row.add(Long.toString(trial.steps()));
      row.add(String.format(Locale.ROOT, "%.0f", trial.seconds()));
      rows.add(row);
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        int at = column;
        int width = rows.stream().mapToInt(each -> each.get(at).length()).max().orElse(0);
        line.append(String.format(Locale.ROOT, "%-" + width + "s  ", row.get(column)));
      }
      System.out.println(line.toString().stripTrailing());
    }
  }
}
