package org.attune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BuiltinModelsTest {
  /**
   * The file that reference/minilm_from_onnx.py writes (safetensors 0.8, numpy): every tensor, and
   * the layout of the file, are the same to the last bit.
   */
  private static final String REFERENCE_SHA256 =
      "1377e9af0ca0b016a9f2aa584d6fc71ab3ea6804fae21ef9fb1416e2944057ac";

  @Test
  void weightsAreTheReferenceConversionBitForBit() {
    try (Checkpoint checkpoint = Checkpoint.open("builtin:all-minilm-l6-v2")) {
      assertThat(checkpoint.sha256()).isEqualTo(REFERENCE_SHA256);
    }
  }
}
