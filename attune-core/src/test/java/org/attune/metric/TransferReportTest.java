package org.attune.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Average, backward and forward transfer by hand, from equations 2 to 4 of Lopez-Paz and Ranzato.
 */
class TransferReportTest {
  private static final TransferReport REPORT =
      new TransferReport(
          List.of("a", "b", "c"),
          List.of(0.5, 0.1, 0.3),
          List.of(List.of(0.9, 0.2, 0.3), List.of(0.7, 0.8, 0.25), List.of(0.6, 0.75, 0.95)));

  @Test
  void averageIsOfTheLastRow() {
    assertThat(REPORT.average()).isCloseTo((0.6 + 0.75 + 0.95) / 3, within(1e-12));
  }

  @Test
  void backwardTransferIsWhatTheLearnedLost() {
    assertThat(REPORT.backwardTransfer())
        .isCloseTo(((0.6 - 0.9) + (0.75 - 0.8)) / 2, within(1e-12));
  }

  @Test
  void forwardTransferIsWhatTheUnlearnedGained() {
    assertThat(REPORT.forwardTransfer()).isCloseTo(((0.2 - 0.1) + (0.25 - 0.3)) / 2, within(1e-12));
  }

  @Test
  void showsTheMatrix() {
    assertThat(REPORT.lines())
        .containsExactly(
            "after                    a         b         c",
            "(nothing)           0.5000    0.1000    0.3000",
            "a                   0.9000    0.2000    0.3000",
            "b                   0.7000    0.8000    0.2500",
            "c                   0.6000    0.7500    0.9500",
            "average             0.7667",
            "backward transfer  -0.1750",
            "forward transfer   +0.0250");
    assertThat(REPORT.toMap()).containsKeys("matrix", "average", "backward_transfer");
  }
}
