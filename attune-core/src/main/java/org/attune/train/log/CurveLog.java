package org.attune.train.log;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.attune.UsageException;
import org.attune.checkpoint.AtomicFiles;
import org.attune.train.Callback;
import org.attune.train.EvaluationPoint;
import org.attune.train.TrainReport;

/**
 * What every log of a run has in common: a point every few steps, with the mean loss since the last
 * one, and a point for each evaluation.
 */
abstract class CurveLog implements Callback {
  /** Which curves a point belongs to. */
  enum Group {
    TRAIN,
    EVAL
  }

  private final int every;
  private final Consumer<String> warnings;
  private boolean broken;
  private double lossSum;
  private int steps;

  /**
   * A log with a point every so many steps.
   *
   * @param warnings told, once, that the log cannot be written
   */
  CurveLog(int every, Consumer<String> warnings) {
    if (every < 1) {
      throw new UsageException("train: log.every is " + every + ", expected at least 1");
    }
    this.every = every;
    this.warnings = warnings;
  }

  /**
   * Makes the files ready for points.
   *
   * @param firstStep steps done before; points behind it are from a run that was cut off
   */
  abstract void open(long firstStep) throws IOException;

  /** Writes a point through to the disk's cache, so that a run that is killed leaves its curve. */
  abstract void write(Group group, long step, double epoch, Map<String, Double> numbers)
      throws IOException;

  abstract void close() throws IOException;

  /** Something to do with files. */
  private interface Action {
    void run() throws IOException;
  }

  private void attempt(Action action) {
    if (broken) {
      return;
    }
    try {
      action.run();
    } catch (IOException e) {
      broken = true;
      warnings.accept(
          "log: " + name() + " cannot be written: " + AtomicFiles.reason(e) + "; it ends here");
    }
  }

  /** The file or folder, for messages. */
  abstract String name();

  @Override
  public void onStart(Plan plan) {
    attempt(() -> open(plan.firstStep()));
  }

  @Override
  public void onStep(Step step) {
    lossSum += step.loss();
    steps++;
    if (step.step() % every == 0 || step.step() == step.steps()) {
      Map<String, Double> numbers = new LinkedHashMap<>();
      numbers.put("loss", lossSum / steps);
      numbers.put("learning_rate", step.lr());
      numbers.put("grad_norm", step.gradientNorm());
      numbers.put("examples_per_second", step.examplesPerSecond());
      lossSum = 0;
      steps = 0;
      attempt(() -> write(Group.TRAIN, step.step(), step.epoch(), numbers));
    }
  }

  @Override
  public void onEvaluation(EvaluationPoint point) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    point.evaluation().scores().forEach((name, score) -> numbers.put(name, score.value()));
    attempt(() -> write(Group.EVAL, point.step(), point.epoch(), numbers));
  }

  @Override
  public void onEnd(TrainReport report) {
    attempt(this::close);
  }
}
