package org.attune.recipe;

import java.nio.file.Path;
import org.attune.optim.OptimizerSettings;
import org.attune.optim.Schedule;
import org.attune.train.Precision;

/** What recipes of every kind say about training. */
interface TrainingParts {
  long seed();

  Recipe.TrainPart train();

  OptimizerSettings optimizer();

  Schedule schedule();

  /** Of the forward pass. */
  Precision precision();

  /** The run's folder. */
  Path output();
}
