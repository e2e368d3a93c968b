package org.attune.train;

import java.nio.file.Path;
import java.util.Optional;

/** Watches a run: a progress bar, a log, a dashboard. Override what you want to see. */
public interface Callback {
  /**
   * What is about to run.
   *
   * @param firstStep steps already done, in a resumed run
   * @param steps steps of the whole run
   * @param stepsPerEpoch steps of one pass over the training set
   * @param evaluations of the whole run, those before a resume included
   * @param examples rows of the training set
   * @param trainableParameters numbers that will be learned
   * @param parameters all numbers of the model
   * @param optimizerBytes what the optimizer will remember of them
   * @param precision FP32, BF16 or FP16
   * @param memory what the run will take; empty where its task does not know
   */
  record Plan(
      long firstStep,
      long steps,
      long stepsPerEpoch,
      long evaluations,
      int examples,
      long trainableParameters,
      long parameters,
      long optimizerBytes,
      Precision precision,
      Optional<MemoryForecast> memory) {}

  /**
   * One step that is done.
   *
   * @param step counted from 1
   * @param steps of the whole run
   * @param epoch passes over the training set so far, with its fraction
   * @param loss mean over the window's items
   * @param lr the learning rate used
   * @param gradientNorm before clipping
   * @param examples rows in the window
   * @param tokens in the window, without padding
   * @param examplesPerSecond since this process started training, without evaluation and saving
   */
  record Step(
      long step,
      long steps,
      double epoch,
      double loss,
      double lr,
      double gradientNorm,
      int examples,
      long tokens,
      double examplesPerSecond) {}

  default void onStart(Plan plan) {}

  default void onStep(Step step) {}

  default void onEvaluation(EvaluationPoint evaluation) {}

  default void onSave(Path checkpoint) {}

  /** Something done before the first step that its owner may like to know, as one line. */
  default void onNote(String message) {}

  /** Something that did not stop the run but that its owner should know, as one line. */
  default void onWarning(String message) {}

  default void onEnd(TrainReport report) {}
}
