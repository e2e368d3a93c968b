package org.attune.optim;

import java.util.Map;
import org.attune.nn.Module;

/**
 * How gradients change weights, as settings: {@link AdamW}, {@link AdamW8bit}, {@link Adafactor},
 * {@link Sgd}, or one of them with unlike rates for some parameters ({@link #withLayerDecay},
 * {@link #withGroup}). What works by them is the {@link Optimizer}. Another optimizer is another
 * implementation of this and of {@link UpdateRule}.
 */
public interface OptimizerSettings {
  /** Its key in a recipe, as {@code adamw}. */
  String key();

  /** Every setting under its key in a recipe. */
  Map<String, Object> toMap();

  /** The highest learning rate; a {@link Schedule} multiplies it by a factor in [0, 1]. */
  double lr();

  /** Pull towards zero, not applied to biases and norms. */
  double weightDecay();

  /** The formula, and what it remembers of a parameter. */
  UpdateRule rule();

  /** Which parameters have rates of their own. */
  default GroupSettings groups() {
    return GroupSettings.none();
  }

  /**
   * The same with a learning rate that falls from layer to layer towards the input.
   *
   * @param factor in (0, 1]; see {@link GroupSettings}
   */
  default OptimizerSettings withLayerDecay(double factor) {
    return new GroupedOptimizer(this, groups().withLayerDecay(factor));
  }

  /**
   * The same with another learning rate, and the same decay, for some parameters; see {@link
   * org.attune.nn.NamePattern}. LoRA+ (Hayou et al. 2024) is {@code withGroup("lora_B", 16 * lr)}.
   */
  default OptimizerSettings withGroup(String match, double lr) {
    return new GroupedOptimizer(this, groups().with(GroupSettings.Group.lr(match, lr)));
  }

  /** The same with another learning rate and another decay for some parameters. */
  default OptimizerSettings withGroup(String match, double lr, double weightDecay) {
    return new GroupedOptimizer(
        this, groups().with(GroupSettings.Group.of(match, lr, weightDecay)));
  }

  /** An optimizer with an empty state over the model's trainable parameters. */
  default Optimizer over(Module model) {
    return new Optimizer(this, model);
  }
}
