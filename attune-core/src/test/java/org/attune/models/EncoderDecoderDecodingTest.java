package org.attune.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.attune.checkpoint.Checkpoint;
import org.attune.tensor.Autocast;
import org.attune.tensor.DType;
import org.attune.tensor.NativeHandles;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.testkit.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Writing token by token with caches and an encoder run once gives the logits of whole forward
 * passes: with padded prompts, beams that share them, beams that change places and prompts that
 * leave.
 */
class EncoderDecoderDecodingTest {
  private static final double TOLERANCE = 2e-5;
  private static final long[][] PROMPTS = {{5, 9, 11, 7, 1}, {8, 6, 1, 0, 0}, {4, 12, 20, 1, 0}};

  private static GenerativeModel model(String folder) {
    try (Checkpoint checkpoint = Checkpoint.open(Golden.folder(folder).toString())) {
      return (GenerativeModel) Pretrained.load(checkpoint).model();
    }
  }

  private static ModelInput prompts(int... rows) {
    long[] ids = new long[rows.length * 5];
    long[] mask = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = PROMPTS[rows[i / 5]][i % 5];
      mask[i] = ids[i] == 0 ? 0 : 1;
    }
    return ModelInput.of(
        Tensors.ofLongs(ids, rows.length, 5), Tensors.ofLongs(mask, rows.length, 5));
  }

  /** The logits behind the last of what one row has read, without any cache. */
  private static Tensor uncached(GenerativeModel model, int prompt, long... read) {
    ModelInput input =
        prompts(prompt).withDecoder(Tensors.ofLongs(read, 1, read.length), Optional.empty());
    return ((Model) model).forward(input).select(1, read.length - 1); // [1, V]
  }

  private static void same(Tensor logits, int row, Tensor expected) {
    Tensor difference = logits.narrow(0, row, 1).minus(expected).abs();
    assertThat(difference.max().item()).isLessThan(TOLERANCE);
  }

  private static Tensor column(long... ids) {
    return Tensors.ofLongs(ids, ids.length, 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "t5/conditional_generation",
        "t5/conditional_generation_gated",
        "t5/conditional_generation_own_head",
        "bart/conditional_generation"
      })
  void cachedEqualsUncached(String folder) {
    GenerativeModel model = model(folder);
    try (Model owned = (Model) model;
        Scope scope = Scope.open();
        Decoding decoding = model.decode(prompts(0, 1, 2), 8)) {
      assertThat(model.encoderDecoder()).isTrue();
      Tensor first = decoding.next(column(2, 2, 2));
      for (int row = 0; row < 3; row++) {
        same(first, row, uncached(model, row, 2));
      }
      decoding.reorder(new long[] {0, 0, 1, 1, 2, 2}); // two beams each
      Tensor second = decoding.next(column(3, 4, 5, 6, 7, 8));
      same(second, 1, uncached(model, 0, 2, 4));
      same(second, 4, uncached(model, 2, 2, 7));
      decoding.reorder(new long[] {1, 1, 3, 2, 4, 4}, 1); // beams change places
      Tensor third = decoding.next(column(10, 11, 12, 13, 14, 15));
      same(third, 0, uncached(model, 0, 2, 4, 10));
      same(third, 2, uncached(model, 1, 2, 6, 12));
      same(third, 5, uncached(model, 2, 2, 7, 15));
      decoding.reorder(new long[] {1, 0, 5, 4}); // the second prompt leaves
      Tensor fourth =
          decoding.next(Tensors.ofLongs(new long[] {3, 4, 5, 6, 7, 8, 9, 10}, 4, 2)); // two at once
      same(fourth, 0, uncached(model, 0, 2, 4, 11, 3, 4));
      same(fourth, 3, uncached(model, 2, 2, 7, 14, 9, 10));
      decoding.reorder(new long[] {0, 2, 3}); // beams of unlike number
      Tensor fifth = decoding.next(column(16, 17, 18));
      same(fifth, 0, uncached(model, 0, 2, 4, 11, 3, 4, 16));
      same(fifth, 1, uncached(model, 2, 2, 7, 15, 7, 8, 17));
      same(fifth, 2, uncached(model, 2, 2, 7, 14, 9, 10, 18));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"t5/conditional_generation", "bart/conditional_generation"})
  void aClosedDecodingLeavesNoHandle(String folder) {
    GenerativeModel model = model(folder);
    try (Model owned = (Model) model) {
      long before = NativeHandles.count();
      try (Scope scope = Scope.open();
          Decoding decoding = model.decode(prompts(0, 1), 4)) {
        decoding.next(column(2, 2));
        decoding.reorder(new long[] {0, 0, 1, 1});
        decoding.next(column(3, 4, 5, 6));
        decoding.reorder(new long[] {2, 3});
      }
      assertThat(NativeHandles.count()).isLessThanOrEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"t5/conditional_generation", "bart/conditional_generation"})
  void badIdsAreRefusedInJava(String folder) {
    GenerativeModel model = model(folder);
    try (Model owned = (Model) model;
        Scope scope = Scope.open();
        Decoding decoding = model.decode(prompts(0), 4)) {
      assertThatThrownBy(() -> decoding.next(column(4711)))
          .hasMessageContaining("token id 4711, expected 0 to");
    }
  }

  /** With bf16 matrices the logits are those of fp32 to two digits, and so is every cached step. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "t5/conditional_generation",
        "t5/conditional_generation_gated",
        "bart/conditional_generation"
      })
  void halfPrecisionDecodesToo(String folder) {
    GenerativeModel model = model(folder);
    GenerativeModel half = model(folder);
    try (Model owned = (Model) model;
        Model ownedHalf = (Model) half;
        Scope scope = Scope.open()) {
      ownedHalf.matricesTo(DType.BF16);
      try (Decoding exact = model.decode(prompts(0, 1), 4);
          Decoding rounded = Autocast.bf16(() -> half.decode(prompts(0, 1), 4))) {
        for (long token : new long[] {2, 5, 9}) {
          Tensor expected = exact.next(column(token, token + 1));
          Tensor actual = Autocast.bf16(() -> rounded.next(column(token, token + 1)));
          double scale = Math.max(1, expected.abs().max().item());
          assertThat(actual.to(DType.F32).minus(expected).abs().max().item() / scale)
              .isLessThan(3e-2);
        }
      }
    }
  }

  @Test
  void decoderIdsAreAskedForWhereNothingStandsForThem() {
    try (Model t5 = (Model) model("t5/conditional_generation");
        Model bart = (Model) model("bart/conditional_generation");
        Scope scope = Scope.open()) {
      assertThatThrownBy(() -> t5.forward(prompts(0)))
          .hasMessageContaining("the input has no decoder ids");
      // As transformers has it: BART's decoder then reads the input shifted right.
      Tensor shifted = Tensors.ofLongs(new long[] {2, 5, 9, 11, 7}, 1, 5);
      Tensor expected = bart.forward(prompts(0).withDecoder(shifted, Optional.empty()));
      assertThat(bart.forward(prompts(0)).minus(expected).abs().max().item()).isZero();
    }
  }

  @Test
  void labelsAreShiftedAsTheReferenceDoes() {
    try (Scope scope = Scope.open()) {
      Tensor labels = Tensors.ofLongs(new long[] {7, 8, -100, 9, -100, -100}, 2, 3);
      assertThat(EncoderDecoder.shiftRight(labels, 5, 1).toLongs())
          .containsExactly(5, 7, 8, 5, 9, 1);
    }
  }
}
