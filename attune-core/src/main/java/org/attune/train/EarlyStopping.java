package org.attune.train;

import org.attune.UsageException;

/**
 * Ends a run whose kept metric no longer improves.
 *
 * @param patience evaluations in a row without improvement after which to stop, at least 1
 * @param minDelta an improvement must be larger than this
 */
public record EarlyStopping(int patience, double minDelta) {
  public EarlyStopping {
    if (patience < 1 || !(minDelta >= 0)) {
      throw new UsageException(
          "train: early_stopping has patience "
              + patience
              + " and min_delta "
              + minDelta
              + ", expected at least 1 and at least 0");
    }
  }
}
