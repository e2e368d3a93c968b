package org.attune.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class GemmPeakTest {
  @Test
  void measuresAndLeavesNothingBehind() {
    GemmPeak.measure(DType.F32, 8, 8, 8);
    long before = Pointer.totalCount();
    assertThat(GemmPeak.measure(DType.F32, 64, 64, 64)).isPositive();
    assertThat(GemmPeak.measure(DType.BF16, 64, 64, 64)).isPositive();
    assertThat(Pointer.totalCount()).isEqualTo(before);
  }

  @Test
  void residentMemoryIsAtMostItsPeak() {
    ProcessMemory.residentBytes()
        .ifPresent(
            now -> assertThat(now).isLessThanOrEqualTo(ProcessMemory.peakBytes().orElseThrow()));
  }
}
