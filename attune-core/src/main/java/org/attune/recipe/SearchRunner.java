package org.attune.recipe;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.checkpoint.AtomicFiles;
import org.attune.metric.MetricNames;
import org.attune.metric.Score;
import org.attune.recipe.SearchTrial.State;
import org.attune.recipe.search.Halving;
import org.attune.recipe.search.Proposer;
import org.attune.recipe.search.Tpe;
import org.attune.train.Callback;
import org.attune.train.EvaluationPoint;
import org.attune.train.TrainReport;

/**
 * Does what a search says: trains trial after trial, each a run of the recipe in a folder of its
 * own, {@code trial-000} and so on, and keeps the table. A search that was stopped goes on where it
 * was, within the trial too.
 */
public final class SearchRunner {
  /** What stays of a trial whose model is not kept. */
  private static final Set<String> RECORDS = Set.of("run.json", "metrics.json", "logs");

  private final Search search;
  private final SearchTable table;
  private Callback callback = new Callback() {};
  private Consumer<String> notes = note -> {};
  private BooleanSupplier stop = () -> false;
  private boolean resume;

  public SearchRunner(Search search) {
    this.search = search;
    this.table = new SearchTable(search);
  }

  /** Watches the training of every trial. */
  public SearchRunner callback(Callback watcher) {
    callback = watcher;
    return this;
  }

  /** Told, one line each, what the user should know. */
  public SearchRunner notes(Consumer<String> listener) {
    notes = listener;
    return this;
  }

  /** Asked before each step whether to save and end. */
  public SearchRunner stopWhen(BooleanSupplier isWanted) {
    stop = isWanted;
    return this;
  }

  /** Goes on with the search in the output folder. */
  public SearchRunner resume(boolean wanted) {
    resume = wanted;
    return this;
  }

  /**
   * What came of a search.
   *
   * @param trials the best first, those without a score last
   * @param stopped whether it was asked to stop before its end
   */
  public record Result(List<SearchTrial> trials, boolean stopped) {
    public Result {
      trials = List.copyOf(trials);
    }
  }

  /**
   * The search.
   *
   * @throws AttuneException when the output folder cannot be written, or holds another search
   */
  public Result run() {
    try (OutputFolder output = OutputFolder.open(search.output())) {
      table.open(resume);
      boolean stopped = search.strategy() == Search.Strategy.ASHA ? halving() : oneByOne();
      if (!stopped) {
        tidyPaused();
      }
      return new Result(ranked(), stopped);
    }
  }

  private List<SearchTrial> ranked() {
    return table.trials().stream()
        .sorted(
            Comparator.comparing((SearchTrial trial) -> trial.state() != State.DONE)
                .thenComparing(trial -> -goodness(trial)))
        .toList();
  }

  /** The higher the better; a trial that failed is worse than any. */
  private double goodness(SearchTrial trial) {
    return trial.state() == State.FAILED
        ? -Double.MAX_VALUE
        : trial.latest().map(this::goodness).orElse(-Double.MAX_VALUE);
  }

  private double goodness(double score) {
    return MetricNames.lowerIsBetter(search.metric()) ? -score : score;
  }

  // ---- which trial is next

  private boolean oneByOne() {
    Proposer proposer =
        switch (search.strategy()) {
          case GRID -> Proposer.grid(search.space());
          case TPE -> new Tpe(search.space(), search.seed());
          default -> Proposer.random(search.space(), search.seed());
        };
    while (table.trials().size() < search.trials()) {
      int number = table.trials().size();
      List<Proposer.Judged> judged =
          table.trials().stream()
              .map(trial -> new Proposer.Judged(trial.values(), goodness(trial)))
              .toList();
      Optional<Map<String, String>> values = proposer.propose(number, judged);
      if (values.isEmpty()) {
        return false;
      }
      if (!train(new Attempt(SearchTrial.fresh(number, values.get()), Optional.empty()))) {
        return true;
      }
    }
    return false;
  }

  private boolean halving() {
    Proposer proposer = Proposer.random(search.space(), search.seed());
    while (true) {
      Optional<Integer> promoted =
          table.rungs(search.halving().orElseThrow()).flatMap(rungs -> rungs.promote(scores()));
      int number = table.trials().size();
      if (promoted.isEmpty() && number >= search.trials()) {
        return false;
      }
      SearchTrial trial =
          promoted.isPresent()
              ? table.trials().get(promoted.get())
              : SearchTrial.fresh(number, proposer.propose(number, List.of()).orElseThrow());
      if (!train(new Attempt(trial, search.halving()))) {
        return true;
      }
    }
  }

  /** Of the trials that have not failed, at their rungs, the higher the better. */
  private Map<Integer, List<Double>> scores() {
    Map<Integer, List<Double>> scores = new LinkedHashMap<>();
    for (SearchTrial trial : table.trials()) {
      if (trial.state() != State.FAILED) {
        scores.put(trial.number(), trial.scores().stream().map(this::goodness).toList());
      }
    }
    return scores;
  }

  // ---- one trial

  private Path folder(SearchTrial trial) {
    return search.output().resolve(String.format(Locale.ROOT, "trial-%03d", trial.number()));
  }

  /** Trains a trial to its end or its next rung; false when the user wants to stop. */
  private boolean train(Attempt attempt) {
    SearchTrial trial = attempt.trial;
    List<String> sets = new ArrayList<>(search.sets());
    trial.values().forEach((key, value) -> sets.add(key + "=" + value));
    sets.add("output=" + folder(trial));
    notes.accept("trial " + trial.number() + ": " + words(trial.values()));
    try {
      Runner.Result result =
          Job.read(search.recipe(), sets)
              .callback(attempt)
              .notes(notes)
              .stopWhen(attempt)
              .resume(hasCheckpoint(folder(trial)))
              .run();
      if (result.stopped() && !attempt.paused) {
        return false;
      }
      table.add(attempt.after(result));
      tidy();
    } catch (UsageException e) {
      throw e; // the search itself is wrong: every trial would end so
    } catch (AttuneException e) {
      table.add(trial.failed(attempt.planned, e.getMessage()));
    }
    SearchTrial now = table.trials().get(trial.number());
    notes.accept(
        "trial "
            + trial.number()
            + ": "
            + now.latest().map(score -> search.metric() + " " + number(score)).orElse("no score")
            + (now.message().isEmpty() ? "" : "; " + now.message()));
    return true;
  }

  private static String words(Map<String, String> values) {
    List<String> words = new ArrayList<>();
    values.forEach((key, value) -> words.add(key + "=" + value));
    return String.join(" ", words);
  }

  private static String number(double score) {
    return String.format(Locale.ROOT, "%.4f", score);
  }

  private static boolean hasCheckpoint(Path folder) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "checkpoint-*")) {
      return found.iterator().hasNext();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  /** Watches one trial and ends it at its rung. */
  private final class Attempt implements Callback, BooleanSupplier {
    private final SearchTrial trial;
    private final Optional<Search.HalvingPart> part;
    private Optional<Integer> rung = Optional.empty(); // evaluations at which to pause
    private Optional<Double> last = Optional.empty();
    private int planned; // evaluations of the whole run
    private int evaluations; // done
    private boolean paused;

    Attempt(SearchTrial trial, Optional<Search.HalvingPart> part) {
      this.trial = trial;
      this.part = part;
    }

    @Override
    public boolean getAsBoolean() {
      return paused || stop.getAsBoolean();
    }

    @Override
    public void onStart(Plan plan) {
      if (plan.evaluations() == 0) {
        throw new UsageException(
            "search: the recipe evaluates nothing; it needs data.validation and train.evaluate_every");
      }
      planned = Math.toIntExact(plan.evaluations());
      part.ifPresent(
          halving -> {
            Halving rungs = Halving.of(halving.eta(), halving.firstRung(), planned);
            int reached = trial.scores().size();
            evaluations = reached == 0 ? 0 : rungs.rungs().get(reached - 1);
            rung =
                reached < rungs.rungs().size() - 1
                    ? Optional.of(rungs.rungs().get(reached))
                    : Optional.empty();
          });
      callback.onStart(plan);
    }

    @Override
    public void onStep(Step step) {
      callback.onStep(step);
    }

    @Override
    public void onEvaluation(EvaluationPoint point) {
      Score score = point.evaluation().scores().get(search.metric());
      if (score == null) {
        throw new UsageException(
            "search: the validation examples give no '"
                + search.metric()
                + "'; there is "
                + String.join(", ", point.evaluation().scores().keySet()));
      }
      last = Optional.of(score.value());
      evaluations++;
      paused = rung.map(at -> evaluations >= at).orElse(false);
      callback.onEvaluation(point);
    }

    @Override
    public void onWarning(String message) {
      callback.onWarning(message);
    }

    @Override
    public void onEnd(TrainReport report) {
      callback.onEnd(report);
    }

    /** A whole run counts by the weights it kept. */
    SearchTrial after(Runner.Result result) {
      double score =
          result
              .validation()
              .map(evaluation -> evaluation.scores().get(search.metric()).value())
              .or(() -> last)
              .orElseThrow();
      return trial.after(
          result.stopped() ? State.PAUSED : State.DONE, score, planned, result.training());
    }
  }

  // ---- disk space

  /** Keeps the model of the best trial that is done, and what paused ones need to go on. */
  private void tidy() {
    table.trials().stream()
        .filter(trial -> trial.state() != State.PAUSED)
        .forEach(trial -> delete(folder(trial), name -> name.startsWith("checkpoint-")));
    if (search.keep() == Search.Keep.ALL) {
      return;
    }
    Optional<Integer> best =
        table.trials().stream()
            .filter(trial -> trial.state() == State.DONE)
            .max(Comparator.comparing(this::goodness))
            .map(SearchTrial::number);
    for (SearchTrial trial : table.trials()) {
      boolean needed = trial.state() == State.PAUSED || best.equals(Optional.of(trial.number()));
      if (!needed) {
        keepRecords(folder(trial));
      }
    }
  }

  /** At the end no paused trial goes on. */
  private void tidyPaused() {
    if (search.keep() == Search.Keep.BEST) {
      table.trials().stream()
          .filter(trial -> trial.state() == State.PAUSED)
          .forEach(trial -> keepRecords(folder(trial)));
    }
  }

  private static void keepRecords(Path folder) {
    delete(folder, name -> !RECORDS.contains(name));
  }

  private static void delete(Path folder, Predicate<String> unwanted) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (unwanted.test(file.getFileName().toString())) {
          AtomicFiles.deleteTree(file);
        }
      }
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static AttuneException unreadable(Path folder, IOException e) {
    return new AttuneException(
        "search: " + folder + " cannot be tidied up: " + AtomicFiles.reason(e), e);
  }
}
