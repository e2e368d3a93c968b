package org.attune.recipe;

import java.util.Map;
import org.attune.UsageException;
import org.attune.models.Model;
import org.attune.task.FreeLb;
import org.attune.task.RDrop;
import org.attune.task.TextClassification;
import org.attune.train.Neftune;
import org.attune.train.TrainTask;
import org.attune.train.Trainer;
import org.attune.train.WeightAverage;

/**
 * One technique of a recipe: an entry of {@code train.techniques}, as {@code ema: { decay: 0.999
 * }}. {@link TechniqueReader} has the list of them.
 */
public interface TechniquePart {
  /** Its key in YAML. */
  String key();

  /** Its settings under their keys, every default spelled out. */
  Map<String, Object> toMap();

  /**
   * Tells a trainer, where it takes part in the steps or orders the rows.
   *
   * @throws UsageException when it does not fit the run
   */
  default void applyTo(Trainer<?> trainer, TechniqueContext context) {}

  /**
   * The task with this technique around it, where it changes the loss.
   *
   * @throws UsageException when it does not fit the task
   */
  default TrainTask<Model> around(TrainTask<Model> task, TechniqueContext context) {
    return task;
  }

  /** See {@link WeightAverage#exponential}. */
  record Ema(double decay) implements TechniquePart {
    public Ema {
      WeightAverage.exponential(decay); // checks it
    }

    @Override
    public String key() {
      return "ema";
    }

    @Override
    public Map<String, Object> toMap() {
      return Map.of("decay", decay);
    }

    @Override
    public void applyTo(Trainer<?> trainer, TechniqueContext context) {
      trainer.technique(WeightAverage.exponential(decay));
    }
  }

  /** See {@link WeightAverage#stochastic}. */
  record Swa(double start) implements TechniquePart {
    public Swa {
      WeightAverage.stochastic(start); // checks it
    }

    @Override
    public String key() {
      return "swa";
    }

    @Override
    public Map<String, Object> toMap() {
      return Map.of("start", start);
    }

    @Override
    public void applyTo(Trainer<?> trainer, TechniqueContext context) {
      trainer.technique(WeightAverage.stochastic(start));
    }
  }

  /** See {@link Neftune}. */
  record Noise(double alpha, int seed) implements TechniquePart {
    public Noise {
      new Neftune(alpha, seed); // checks it
    }

    @Override
    public String key() {
      return "neftune";
    }

    @Override
    public Map<String, Object> toMap() {
      return Map.of("alpha", alpha, "seed", seed);
    }

    @Override
    public void applyTo(Trainer<?> trainer, TechniqueContext context) {
      trainer.technique(new Neftune(alpha, seed));
    }
  }

  /** See {@link RDrop}. */
  record Agreement(double alpha) implements TechniquePart {
    @Override
    public String key() {
      return "r_drop";
    }

    @Override
    public Map<String, Object> toMap() {
      return Map.of("alpha", alpha);
    }

    @Override
    public TrainTask<Model> around(TrainTask<Model> task, TechniqueContext context) {
      if (task instanceof TextClassification classification) {
        return new RDrop(classification, alpha);
      }
      throw new UsageException(
          "'train.techniques.r_drop' is for task text-classification, without other techniques"
              + " that change the loss");
    }
  }

  /** See {@link FreeLb}. */
  record Adversary(FreeLb.Settings settings) implements TechniquePart {
    @Override
    public String key() {
      return "freelb";
    }

    @Override
    public Map<String, Object> toMap() {
      return Map.of(
          "steps", settings.steps(),
          "step_size", settings.stepSize(),
          "start", settings.start(),
          "radius", settings.radius());
    }

    @Override
    public TrainTask<Model> around(TrainTask<Model> task, TechniqueContext context) {
      return new FreeLb<>(task, settings, context.seed());
    }
  }
}
