package org.attune;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearNamesTest {
  @Test
  void findsTheNameWithTheFewestEdits() {
    assertThat(NearNames.hint("alfa", List.of("r", "alpha", "dropout")))
        .isEqualTo("; did you mean 'alpha'?");
    assertThat(NearNames.hint("trian", List.of("seed", "train")))
        .isEqualTo("; did you mean 'train'?");
    assertThat(NearNames.hint("Accuracy", List.of("f1", "accuracy")))
        .isEqualTo("; did you mean 'accuracy'?");
  }

  @Test
  void staysSilentWhenNothingIsNear() {
    assertThat(NearNames.hint("zebra", List.of("task", "seed", "model", "data"))).isEmpty();
    assertThat(NearNames.hint("seed", List.of())).isEmpty();
    assertThat(NearNames.hint("x".repeat(1_000_000), List.of("seed"))).isEmpty();
  }
}
