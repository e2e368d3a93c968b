package org.attune.train;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attune.UsageException;

/**
 * What {@code trainer_state.json} says: all a run needs to go on besides weights and moments.
 *
 * @param step steps done
 * @param fingerprint what decides the result; see {@link TrainSettings#fingerprint}
 * @param best by the kept metric
 * @param losses the training curve so far
 * @param lossSum sum over the steps since its last point
 * @param lossSteps number of those steps
 * @param evaluations so far
 */
record TrainState(
    long step,
    Map<String, String> fingerprint,
    Best best,
    List<LossPoint> losses,
    double lossSum,
    int lossSteps,
    List<EvaluationPoint> evaluations) {
  /** The precision that the run was made in, whatever another measurement might choose now. */
  Precision precision() {
    return Precision.valueOf(fingerprint.getOrDefault(TrainSettings.PRECISION, "FP32"));
  }

  /**
   * Refuses to go on with other settings or data.
   *
   * @throws UsageException naming the first difference
   */
  void checkSameRun(Map<String, String> current, String folder) {
    for (String key : current.keySet()) {
      if (!Objects.equals(fingerprint.get(key), current.get(key))) {
        throw new UsageException(
            String.format(
                "train: cannot resume: %s of %s is %s, this run has %s; use the settings and data of"
                    + " the first run, or start anew in another output folder",
                key, folder, fingerprint.getOrDefault(key, "not set"), current.get(key)));
      }
    }
  }
}
