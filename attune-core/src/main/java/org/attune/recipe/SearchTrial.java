package org.attune.recipe;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attune.train.TrainReport;

/**
 * One trial of a search: a line of {@code trials.jsonl}, and a row of the table.
 *
 * @param number from 0
 * @param values of the settings that vary
 * @param state how it stands
 * @param scores of the metric at each rung that it reached; without rungs the one at its end
 * @param evaluations of a whole run; 0 where it failed before its first step
 * @param steps done
 * @param seconds spent in training
 * @param message why it failed; empty where it did not
 */
public record SearchTrial(
    int number,
    Map<String, String> values,
    State state,
    List<Double> scores,
    int evaluations,
    long steps,
    double seconds,
    String message) {
  /** How a trial stands. */
  public enum State {
    /** Trained to its end. */
    DONE,
    /** Waits at a rung; it may still go on. */
    PAUSED,
    /** Its settings do not work, such as a learning rate at which the loss is not a number. */
    FAILED
  }

  public SearchTrial {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    scores = List.copyOf(scores);
  }

  /** One that has not begun. */
  static SearchTrial fresh(int number, Map<String, String> values) {
    return new SearchTrial(number, values, State.PAUSED, List.of(), 0, 0, 0, "");
  }

  /**
   * What it has become by more training.
   *
   * @param newScore at its rung, or at its end
   * @param planned evaluations of a whole run
   */
  SearchTrial after(State newState, double newScore, int planned, TrainReport report) {
    List<Double> all = new ArrayList<>(scores);
    all.add(newScore);
    return new SearchTrial(
        number, values, newState, all, planned, report.steps(), seconds + report.seconds(), "");
  }

  /** The same given up. */
  SearchTrial failed(int planned, String why) {
    return new SearchTrial(number, values, State.FAILED, scores, planned, steps, seconds, why);
  }

  /** The newest score; empty where it failed before one. */
  public Optional<Double> latest() {
    return scores.isEmpty() ? Optional.empty() : Optional.of(scores.get(scores.size() - 1));
  }
}
