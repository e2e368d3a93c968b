package org.attune.train;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.attune.UsageException;
import org.attune.metric.MetricNames;
import org.attune.metric.Score;

/**
 * What a run did.
 *
 * @param steps steps done, those before a resume included
 * @param epochs passes over the training set
 * @param ending why it ended
 * @param weightsOfStep the step whose weights the model holds now: the last, or the best if kept
 * @param losses the training curve
 * @param evaluations in order
 * @param seconds spent in steps by this process, without evaluation and saving
 * @param examplesPerSecond over those seconds
 * @param tokensPerSecond over those seconds, without padding
 * @param peakMemoryBytes most memory resident at once; empty where the system does not tell
 * @param precision FP32, BF16 or FP16
 */
public record TrainReport(
    long steps,
    double epochs,
    Ending ending,
    long weightsOfStep,
    List<LossPoint> losses,
    List<EvaluationPoint> evaluations,
    double seconds,
    double examplesPerSecond,
    double tokensPerSecond,
    OptionalLong peakMemoryBytes,
    Precision precision) {
  /** Why a run ended. */
  public enum Ending {
    /** All epochs are done. */
    COMPLETE,
    /** The kept metric no longer improved. */
    EARLY,
    /** It was asked to stop; a checkpoint lets it go on. */
    STOPPED,
    /** It was a dry run and never began. */
    PLANNED
  }

  public TrainReport {
    losses = List.copyOf(losses);
    evaluations = List.copyOf(evaluations);
  }

  /** Whether there is no trained model to judge or keep: it was stopped, or never began. */
  public boolean unfinished() {
    return ending == Ending.STOPPED || ending == Ending.PLANNED;
  }

  /**
   * The best value that any evaluation gave a metric.
   *
   * @throws UsageException when nothing was evaluated or the task has no such metric
   */
  public Score best(String metric) {
    Comparator<Score> byValue = Comparator.comparingDouble(Score::value);
    return evaluations.stream()
        .flatMap(point -> Best.score(point.evaluation(), metric).stream())
        .max(MetricNames.lowerIsBetter(metric) ? byValue.reversed() : byValue)
        .orElseThrow(
            () ->
                new UsageException(
                    "train: nothing was evaluated, so '" + metric + "' has no best"));
  }

  /** As plain maps, lists and numbers, for metrics.json. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("steps", steps);
    map.put("epochs", epochs);
    map.put("ending", ending.toString().toLowerCase(Locale.ROOT));
    map.put("weights_of_step", weightsOfStep);
    map.put("precision", precision.toString().toLowerCase(Locale.ROOT));
    map.put("seconds", seconds);
    map.put("examples_per_second", examplesPerSecond);
    map.put("tokens_per_second", tokensPerSecond);
    peakMemoryBytes.ifPresent(bytes -> map.put("peak_memory_bytes", bytes));
    map.put("losses", losses.stream().map(TrainReport::lossMap).toList());
    map.put("evaluations", evaluations.stream().map(TrainReport::evaluationMap).toList());
    return map;
  }

  private static Map<String, Object> lossMap(LossPoint point) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("step", point.step());
    map.put("loss", point.loss());
    map.put("lr", point.lr());
    map.put("gradient_norm", point.gradientNorm());
    return map;
  }

  private static Map<String, Object> evaluationMap(EvaluationPoint point) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("step", point.step());
    map.put("epoch", point.epoch());
    map.putAll(point.evaluation().toMap());
    return map;
  }
}
