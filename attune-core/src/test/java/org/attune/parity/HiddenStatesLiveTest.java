package org.attune.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attune.testkit.TensorAssert.assertThatTensor;
import static org.attune.testkit.TensorAssert.largestDifference;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.SafetensorsFile;
import org.attune.data.Batch;
import org.attune.data.Target;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.text.Encoding;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Last hidden states of the built-in model for 200 real sentences, from a few tokens to whole
 * paragraphs, alone and in padded batches, against transformers.
 */
@Tag("live")
class HiddenStatesLiveTest {
  private static final int SENTENCES = 200;
  private static final int BATCH = 16;
  private static final double TOLERANCE = 1e-5;

  @TempDir Path folder;

  @Test
  void equalTheReferences() throws Exception {
    try (Checkpoint checkpoint = Checkpoint.open("builtin:all-minilm-l6-v2");
        Model model = Pretrained.load(checkpoint).model()) {
      Path file = folder.resolve("reference.safetensors");
      ReferenceStack.run(
          "hidden_states.py", checkpoint.folder(), ReferenceStack.data(), file, "--batch", BATCH);
      try (SafetensorsFile reference = SafetensorsFile.open(file)) {
        assertThat(reference.names()).hasSize(3 * SENTENCES);
        double largest = 0;
        for (int k = 0; k < SENTENCES; k++) {
          largest = Math.max(largest, compare(model, reference, k, 1, "alone."));
        }
        for (int start = 0; start < SENTENCES; start += BATCH) {
          largest =
              Math.max(
                  largest,
                  compare(model, reference, start, Math.min(BATCH, SENTENCES - start), "batched."));
        }
        ReferenceStack.report("last hidden states of " + SENTENCES + " sentences", largest);
      }
    }
  }

  /** Runs sentences [start, start + count) as one batch; returns the largest difference. */
  private static double compare(
      Model model, SafetensorsFile reference, int start, int count, String kind) {
    try (Scope scope = Scope.open()) {
      List<Encoding> encodings = new ArrayList<>();
      List<Target> targets = new ArrayList<>();
      for (int k = start; k < start + count; k++) {
        encodings.add(new RowsTask.Row(longs(reference.tensor("ids." + k)), List.of()).encoding());
        targets.add(new Target.None());
      }
      Batch batch = Batch.of(encodings, targets, 0, new int[count]);
      Tensor hidden = Autograd.noGrad(() -> model.forward(RowsTask.input(batch))); // [B, T, D]
      double largest = 0;
      for (int row = 0; row < count; row++) {
        Tensor expected = reference.tensor(kind + (start + row));
        Tensor actual = hidden.select(0, row).narrow(0, 0, encodings.get(row).length());
        assertThatTensor(actual)
            .as("%s%d, %d tokens", kind, start + row, encodings.get(row).length())
            .isCloseTo(expected, TOLERANCE);
        largest = Math.max(largest, largestDifference(actual, expected));
      }
      return largest;
    }
  }

  private static List<Long> longs(Tensor tensor) {
    List<Long> all = new ArrayList<>();
    for (long one : tensor.toLongs()) {
      all.add(one);
    }
    return all;
  }
}
