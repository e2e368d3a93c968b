package org.attune.recipe;

import java.util.Map;
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

  /** Tells a trainer. */
  void applyTo(Trainer<?> trainer);

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
    public void applyTo(Trainer<?> trainer) {
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
    public void applyTo(Trainer<?> trainer) {
      trainer.technique(WeightAverage.stochastic(start));
    }
  }
}
