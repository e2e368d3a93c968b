package org.attune.recipe;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attune.train.Every;
import org.attune.train.GradualUnfreezing;
import org.attune.train.Trainer;

/**
 * {@code gradual_unfreezing: { every: epoch, layers: 1 }}; see {@link GradualUnfreezing}.
 *
 * @param every when the next layers thaw
 * @param layers that thaw at a time
 */
record UnfreezingPart(Every every, int layers) implements TechniquePart {
  static final String KEY = "gradual_unfreezing";

  UnfreezingPart {
    GradualUnfreezing.check(every, layers);
  }

  static UnfreezingPart read(Section section) {
    return new UnfreezingPart(
        section.parsed("every", "epoch", Every::parse, "epoch or a number of steps"),
        section.integer("layers", 1, 1, 1 << 20));
  }

  @Override
  public String key() {
    return KEY;
  }

  @Override
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("every", every.toString());
    map.put("layers", layers);
    return map;
  }

  @Override
  public void applyTo(Trainer<?> trainer, TechniqueContext context) {
    trainer.technique(new GradualUnfreezing(every, layers));
  }
}
