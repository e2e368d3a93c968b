package org.attune.train;

import java.nio.file.Path;
import java.util.List;

/** Many callbacks as one, called in order. */
record Callbacks(List<Callback> all) implements Callback {
  Callbacks {
    all = List.copyOf(all);
  }

  @Override
  public void onStart(Plan plan) {
    all.forEach(callback -> callback.onStart(plan));
  }

  @Override
  public void onStep(Step step) {
    all.forEach(callback -> callback.onStep(step));
  }

  @Override
  public void onEvaluation(EvaluationPoint evaluation) {
    all.forEach(callback -> callback.onEvaluation(evaluation));
  }

  @Override
  public void onSave(Path checkpoint) {
    all.forEach(callback -> callback.onSave(checkpoint));
  }

  @Override
  public void onNote(String message) {
    all.forEach(callback -> callback.onNote(message));
  }

  @Override
  public void onWarning(String message) {
    all.forEach(callback -> callback.onWarning(message));
  }

  @Override
  public void onEnd(TrainReport report) {
    all.forEach(callback -> callback.onEnd(report));
  }
}
