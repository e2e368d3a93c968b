package org.attune.train;

/** Whether a run begins once its plan, with the memory it will need, is made. */
public enum Start {
  /** Refuses to begin where the {@link MemoryForecast} says that it would not end. */
  IF_IT_FITS,
  /** Begins whatever the forecast says. */
  ANYWAY,
  /** A dry run: shows the plan and ends. */
  NOT_AT_ALL
}
