package org.attune.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.attune.UsageException;
import org.attune.nn.NamePattern;

/**
 * Which parameters have a learning rate or a weight decay of their own.
 *
 * <p>Layer-wise decay: a parameter at {@link org.attune.nn.LayerDepths depth} d learns at {@code lr
 * * layerDecay^d}, the head at lr, the last layer one factor below, the embeddings slowest (Sun et
 * al. 2019, How to Fine-Tune BERT; 0.65 to 0.95 are usual, ELECTRA's small model has 0.8). An
 * override's rate is as it stands: layer-wise decay does not touch it.
 *
 * @param layerDecay the factor from layer to layer, in (0, 1]; 1 for none
 * @param groups of a parameter that several match, the first counts
 */
public record GroupSettings(double layerDecay, List<Group> groups) {
  private static final GroupSettings NONE = new GroupSettings(1, List.of());

  /**
   * Checks the range.
   *
   * @throws UsageException naming the setting
   */
  public GroupSettings {
    if (!(layerDecay > 0 && layerDecay <= 1)) {
      throw new UsageException(
          "optimizer: layer_decay is " + layerDecay + ", expected a number above 0, up to 1");
    }
    groups = List.copyOf(groups);
  }

  /**
   * Rates for some parameters.
   *
   * @param match their names
   * @param lr instead of the optimizer's
   * @param weightDecay instead of the optimizer's, for all that match, biases and norms too
   */
  public record Group(NamePattern match, OptionalDouble lr, OptionalDouble weightDecay) {
    /**
     * Checks the ranges.
     *
     * @throws UsageException naming the group and the setting
     */
    public Group {
      lr.ifPresent(value -> check(match, "lr", value, value > 0 && Double.isFinite(value)));
      weightDecay.ifPresent(value -> check(match, "weight_decay", value, value >= 0 && value < 1));
      if (lr.isEmpty() && weightDecay.isEmpty()) {
        throw new UsageException(
            "optimizer: group '" + match.text() + "' changes nothing; give lr or weight_decay");
      }
    }

    private static void check(NamePattern match, String name, double value, boolean good) {
      if (!good) {
        throw new UsageException(
            String.format(
                "optimizer: %s of group '%s' is %s, expected a number %s",
                name, match.text(), value, name.equals("lr") ? "above 0" : "in [0, 1)"));
      }
    }

    static Group lr(String match, double lr) {
      return new Group(new NamePattern(match), OptionalDouble.of(lr), OptionalDouble.empty());
    }

    static Group of(String match, double lr, double weightDecay) {
      return new Group(
          new NamePattern(match), OptionalDouble.of(lr), OptionalDouble.of(weightDecay));
    }
  }

  /** The same rates for all. */
  public static GroupSettings none() {
    return NONE;
  }

  GroupSettings withLayerDecay(double factor) {
    return new GroupSettings(factor, groups);
  }

  GroupSettings with(Group override) {
    List<Group> more = new ArrayList<>(groups);
    more.add(override);
    return new GroupSettings(layerDecay, more);
  }
}
