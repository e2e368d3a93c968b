package org.attune.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.attune.UsageException;
import org.attune.data.DataSource;
import org.attune.data.Dataset;
import org.attune.models.Model;
import org.attune.task.TextClassification;
import org.attune.train.Encoded;
import org.attune.train.TrainTask;

/**
 * What a technique may know of the run it is part of, and what it opens for the run's length.
 *
 * @param seed of the recipe
 * @param train the recipe's settings
 * @param task without any technique
 * @param rows to train on, as tokens
 * @param examples the same as text, where they are not a stream
 * @param source where they come from
 * @param maxLength most tokens of a row
 * @param output folder of the run
 * @param opened what is to be closed at the run's end
 */
record TechniqueContext(
    long seed,
    Recipe.TrainPart train,
    TrainTask<Model> task,
    Encoded rows,
    Optional<Dataset> examples,
    Optional<DataSource> source,
    int maxLength,
    Path output,
    List<AutoCloseable> opened)
    implements AutoCloseable {
  TechniqueContext(
      long seed,
      Recipe.TrainPart train,
      TrainTask<Model> task,
      Encoded rows,
      Optional<Dataset> examples,
      Optional<DataSource> source,
      int maxLength,
      Path output) {
    this(seed, train, task, rows, examples, source, maxLength, output, new ArrayList<>());
  }

  /** Closes it at the run's end. */
  <T extends AutoCloseable> T open(T resource) {
    opened.add(resource);
    return resource;
  }

  /** Rows that one step reads. */
  int window() {
    return train.batchSize() * train.accumulate();
  }

  /** Steps of the whole run. */
  long steps() {
    long perEpoch = ((long) rows.size() + window() - 1) / window();
    return train.maxSteps().orElse(perEpoch * train.epochs());
  }

  /**
   * The task, where it labels texts.
   *
   * @param key of the technique, for the message
   * @throws UsageException for another task
   */
  TextClassification classification(String key) {
    if (task instanceof TextClassification classification) {
      return classification;
    }
    throw new UsageException("'train.techniques." + key + "' is for task text-classification");
  }

  @Override
  public void close() {
    for (AutoCloseable resource : opened) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new IllegalStateException(
            e); // models and files here close without checked exceptions
      }
    }
  }
}
