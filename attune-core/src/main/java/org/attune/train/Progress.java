package org.attune.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attune.tensor.ProcessMemory;
import org.attune.train.TrainReport.Ending;

/** The counters of a run: steps done, the training curve, evaluations, speed. */
final class Progress {
  /** Steps from one point of the training curve to the next. */
  private static final int CURVE_EVERY = 10;

  private static final double NANOS = 1e9;

  private final long stepsPerEpoch;
  private final List<LossPoint> losses = new ArrayList<>();
  private final List<EvaluationPoint> evaluations = new ArrayList<>();
  private long steps;
  private double lossSum;
  private int lossSteps;
  // Of this process alone: a resumed run starts its clock anew.
  private long examples;
  private long tokens;
  private long nanos;

  Progress(long stepsPerEpoch) {
    this.stepsPerEpoch = stepsPerEpoch;
  }

  void resume(TrainState state) {
    steps = state.step();
    losses.addAll(state.losses());
    lossSum = state.lossSum();
    lossSteps = state.lossSteps();
    evaluations.addAll(state.evaluations());
  }

  void count(
      double loss, double lr, double gradientNorm, int stepExamples, long stepTokens, long took) {
    steps++;
    lossSum += loss;
    lossSteps++;
    if (steps % CURVE_EVERY == 0) {
      losses.add(new LossPoint(steps, lossSum / lossSteps, lr, gradientNorm));
      lossSum = 0;
      lossSteps = 0;
    }
    examples += stepExamples;
    tokens += stepTokens;
    nanos += took;
  }

  void add(EvaluationPoint point) {
    evaluations.add(point);
  }

  long steps() {
    return steps;
  }

  double epoch() {
    return (double) steps / stepsPerEpoch;
  }

  double examplesPerSecond() {
    return nanos == 0 ? 0 : examples * NANOS / nanos;
  }

  TrainState state(Map<String, String> fingerprint, Best best) {
    return new TrainState(steps, fingerprint, best, losses, lossSum, lossSteps, evaluations);
  }

  TrainReport report(Ending ending, long weightsOfStep, Precision precision) {
    return new TrainReport(
        steps,
        epoch(),
        ending,
        weightsOfStep,
        losses,
        evaluations,
        nanos / NANOS,
        examplesPerSecond(),
        nanos == 0 ? 0 : tokens * NANOS / nanos,
        ProcessMemory.peakBytes(),
        precision);
  }
}
