package org.attune.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.attune.UsageException;
import org.attune.optim.OptimizerSettings;
import org.attune.optim.Schedule;

/**
 * What a run does, apart from model and data.
 *
 * @param optimizer how gradients change weights
 * @param schedule the learning rate over the run
 * @param epochs passes over the training set
 * @param maxSteps steps after which the run ends, whatever {@code epochs} says; empty for none
 * @param batchSize rows that go through the model at a time
 * @param accumulate batches whose gradients add up before the weights change
 * @param clipNorm limit of the gradients' global norm; infinite for none
 * @param seed of the order of rows and of dropout
 * @param precision of the forward pass
 * @param evaluateEvery when to evaluate, besides after the last step
 * @param saveEvery when to write a checkpoint
 * @param keepBest the metric whose best weights stay at the end
 * @param earlyStopping when to give up before the last epoch
 * @param memory what is given up for memory; the gradients are the same
 * @param lossScaling how the loss is scaled in fp16
 */
public record TrainSettings(
    OptimizerSettings optimizer,
    Schedule schedule,
    int epochs,
    OptionalLong maxSteps,
    int batchSize,
    int accumulate,
    double clipNorm,
    long seed,
    Precision precision,
    Every evaluateEvery,
    Every saveEvery,
    Optional<String> keepBest,
    Optional<EarlyStopping> earlyStopping,
    MemorySaving memory,
    LossScaling lossScaling) {
  /** The fingerprint's key for the precision used. */
  static final String PRECISION = "precision";

  /**
   * Checks the ranges and what needs what.
   *
   * @throws UsageException naming the setting
   */
  public TrainSettings {
    atLeastOne("epochs", epochs);
    maxSteps.ifPresent(count -> atLeastOne("max_steps", count));
    atLeastOne("batch_size", batchSize);
    atLeastOne("accumulate", accumulate);
    if (!(clipNorm > 0)) {
      throw new UsageException("train: clip_norm is " + clipNorm + ", expected a number above 0");
    }
    if (earlyStopping.isPresent() && keepBest.isEmpty()) {
      throw new UsageException(
          "train: early_stopping needs keep_best: name the metric that must improve");
    }
    if (keepBest.isPresent() && evaluateEvery instanceof Every.Never) {
      throw new UsageException("train: keep_best needs evaluate_every: epoch or a number of steps");
    }
  }

  TrainSettings withPrecision(Precision newPrecision) {
    return new TrainSettings(
        optimizer,
        schedule,
        epochs,
        maxSteps,
        batchSize,
        accumulate,
        clipNorm,
        seed,
        newPrecision,
        evaluateEvery,
        saveEvery,
        keepBest,
        earlyStopping,
        memory,
        lossScaling);
  }

  /**
   * How many steps a run takes.
   *
   * @param perEpoch steps of one pass over the training set
   */
  long steps(long perEpoch) {
    return maxSteps.orElse(perEpoch * epochs);
  }

  private static void atLeastOne(String name, long value) {
    if (value < 1) {
      throw new UsageException("train: " + name + " is " + value + ", expected at least 1");
    }
  }

  /** A scaler with the first scale, where the precision needs one. */
  Optional<LossScaler> lossScaler() {
    return precision == Precision.FP16
        ? Optional.of(new LossScaler(lossScaling))
        : Optional.empty();
  }

  /** All that decides the weights a run ends with: what a resumed run must have in common. */
  Map<String, String> fingerprint() {
    Map<String, String> print = new LinkedHashMap<>();
    print.put("optimizer", optimizer.toString());
    print.put("schedule", schedule.toString());
    maxSteps.ifPresentOrElse(
        count -> print.put("max_steps", Long.toString(count)),
        () -> print.put("epochs", Integer.toString(epochs)));
    print.put("batch_size", Integer.toString(batchSize));
    print.put("accumulate", Integer.toString(accumulate));
    print.put("clip_norm", Double.toString(clipNorm));
    print.put("seed", Long.toString(seed));
    print.put(PRECISION, precision.resolve().toString());
    if (memory.optimizerInBackward()) {
      print.put("optimizer_in_backward", "true");
    }
    keepBest.ifPresent(
        metric -> {
          print.put("keep_best", metric);
          print.put("evaluate_every", evaluateEvery.toString());
        });
    earlyStopping.ifPresent(stopping -> print.put("early_stopping", stopping.toString()));
    return print;
  }
}
