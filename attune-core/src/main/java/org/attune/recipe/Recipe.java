package org.attune.recipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.attune.UsageException;
import org.attune.data.DataSource;
import org.attune.data.Sampler;
import org.attune.models.Model;
import org.attune.optim.Freezing;
import org.attune.optim.OptimizerSettings;
import org.attune.optim.Schedule;
import org.attune.task.ClassLoss;
import org.attune.train.EarlyStopping;
import org.attune.train.Every;
import org.attune.train.LossScaling;
import org.attune.train.MemorySaving;
import org.attune.train.Precision;
import org.attune.train.PrefixCache;
import org.attune.train.TrainTask;
import org.attune.train.Trainer;

/**
 * One training job. The same job in YAML has these names in snake case.
 *
 * @param task what the model learns to do
 * @param seed of the split, the order of rows, dropout and new weights
 * @param model what to start from
 * @param data what to learn from and to judge by
 * @param loss how mistakes are counted, for one label a text
 * @param train how long and in which steps
 * @param optimizer how gradients change weights
 * @param schedule the learning rate over the run
 * @param output folder for the model, metrics.json, run.json and README.md
 */
public record Recipe(
    Task task,
    long seed,
    ModelPart model,
    DataPart data,
    ClassLoss loss,
    TrainPart train,
    OptimizerSettings optimizer,
    Schedule schedule,
    Path output)
    implements TrainingParts {
  @Override
  public Precision precision() {
    return model.precision();
  }

  /**
   * Checks what several parts must agree on.
   *
   * @throws UsageException naming the keys
   */
  public Recipe {
    if (train.keepBest().isPresent()
        && data.validation().isEmpty()
        && data.validationShare() == 0) {
      throw new UsageException(
          "'train.keep_best' needs 'data.validation': examples to judge by, or a share such as 0.1");
    }
    if (train.earlyStopping().isPresent() && train.keepBest().isEmpty()) {
      throw new UsageException(
          "'train.early_stopping' needs 'train.keep_best': the metric that must improve");
    }
    if (!model.layers().isEmpty() && task != Task.TEXT_CLASSIFICATION) {
      throw new UsageException(
          "'model.layers' is for task text-classification, not " + task.configName());
    }
    if (!loss.equals(ClassLoss.plain()) && task != Task.TEXT_CLASSIFICATION) {
      throw new UsageException("'loss' is for task text-classification, not " + task.configName());
    }
  }

  /** What a model can be trained for. */
  public enum Task {
    /** Labels of a text or a pair: one, several, or a number, as the data has them. */
    TEXT_CLASSIFICATION("text-classification"),
    /** Vectors whose cosine follows the score of a pair. */
    SENTENCE_EMBEDDING("sentence-embedding");

    private final String configName;

    Task(String configName) {
      this.configName = configName;
    }

    public String configName() {
      return configName;
    }
  }

  /**
   * What to start from.
   *
   * @param checkpoint a folder or {@code builtin:NAME}
   * @param precision of the forward pass in training
   * @param dropout instead of every dropout probability in config.json
   * @param layers of the checkpoint to keep, from 0; empty for all
   */
  public record ModelPart(
      String checkpoint, Precision precision, Optional<Double> dropout, List<Integer> layers) {
    public ModelPart {
      layers = List.copyOf(layers);
    }
  }

  /**
   * What to learn from and to judge by.
   *
   * @param train examples to learn from
   * @param validation examples to choose by, if they are a source of their own
   * @param validationShare of the training examples, where they are not; 0 for none
   * @param test examples to report on, once, at the end
   * @param maxLength most tokens a text may have; longer ones are cut
   * @param maxScore for sentence-embedding: the score of two texts that mean the same
   */
  public record DataPart(
      DataSource train,
      Optional<DataSource> validation,
      double validationShare,
      Optional<DataSource> test,
      int maxLength,
      double maxScore) {}

  /**
   * How long and in which steps.
   *
   * @param epochs passes over the training examples
   * @param maxSteps steps after which the run ends, whatever {@code epochs} says
   * @param batchSize rows that go through the model at a time
   * @param accumulate batches whose gradients add up before the weights change
   * @param clipNorm limit of the gradients' norm
   * @param evaluateEvery when to judge by the validation examples
   * @param saveEvery when to write a checkpoint to resume from
   * @param keepBest metric whose best weights are kept
   * @param earlyStopping when to give up before the last epoch
   * @param groupByLength whether rows of like length go together, for less padding
   * @param log curves in files, beside those in metrics.json
   * @param memory what is given up for memory
   * @param lossScaling how the loss is scaled in fp16
   * @param freezing which parameters stay as they are
   * @param prefixCache where the states behind frozen layers are kept, if they are
   * @param techniques what takes part in the steps besides
   */
  public record TrainPart(
      int epochs,
      OptionalLong maxSteps,
      int batchSize,
      int accumulate,
      double clipNorm,
      Every evaluateEvery,
      Every saveEvery,
      Optional<String> keepBest,
      Optional<EarlyStopping> earlyStopping,
      boolean groupByLength,
      Optional<LogPart> log,
      MemorySaving memory,
      LossScaling lossScaling,
      Freezing freezing,
      Optional<PrefixCache> prefixCache,
      List<TechniquePart> techniques) {
    /** Techniques for which a row is not the same, or not read once, in every pass. */
    private static final Set<String> UNLIKE_PASSES =
        Set.of("r_drop", "neftune", "freelb", DistillationPart.KEY);

    /**
     * Checks that what is kept of a row stays true.
     *
     * @throws UsageException naming the technique
     */
    public TrainPart {
      techniques = List.copyOf(techniques);
      memory.checkFits(clipNorm, accumulate);
      if (prefixCache.isPresent()) {
        for (TechniquePart technique : techniques) {
          if (UNLIKE_PASSES.contains(technique.key())) {
            throw new UsageException(
                "'train.prefix_cache' does not go with '"
                    + technique.key()
                    + "', which changes what the frozen layers read or reads each row more than"
                    + " once; leave one of them out");
          }
        }
      }
    }

    /** The order of rows, where no technique gives another. */
    Sampler order() {
      return groupByLength ? Sampler.lengthGrouped() : Sampler.random();
    }

    /** The task with the techniques around it that change its loss. */
    TrainTask<Model> around(TrainTask<Model> task, TechniqueContext context) {
      TrainTask<Model> result = task;
      for (TechniquePart technique : techniques) {
        result = technique.around(result, context);
      }
      return result;
    }

    /**
     * Tells a trainer all of it.
     *
     * @param judged whether there are validation examples
     */
    void applyTo(Trainer<?> trainer, boolean judged, TechniqueContext context) {
      applyTo(trainer, judged);
      techniques.forEach(technique -> technique.applyTo(trainer, context));
    }

    /** The same without techniques. */
    void applyTo(Trainer<?> trainer, boolean judged) {
      trainer
          .epochs(epochs)
          .batchSize(batchSize)
          .accumulate(accumulate)
          .clipNorm(clipNorm)
          .evaluateEvery(judged ? evaluateEvery : Every.never())
          .saveEvery(saveEvery)
          .activationCheckpointing(memory.checkpointEvery())
          .optimizerInBackward(memory.optimizerInBackward())
          .lossScaling(lossScaling)
          .freezing(freezing)
          .sampler(order());
      maxSteps.ifPresent(trainer::maxSteps);
      prefixCache.ifPresent(trainer::prefixCache);
      keepBest.ifPresent(trainer::keepBest);
      earlyStopping.ifPresent(rule -> trainer.earlyStopping(rule.patience(), rule.minDelta()));
    }
  }

  /**
   * Reads a recipe or a run.json.
   *
   * @param sets overrides such as {@code train.epochs=1}
   * @throws UsageException naming file, line and key of the first mistake
   */
  public static Recipe read(Path file, List<String> sets) {
    return RecipeReader.read(file, sets);
  }

  /** As plain maps: what run.json keeps and {@link #read} understands. */
  public Map<String, Object> toMap() {
    return RecipeWriter.map(this);
  }
}
