package org.attune.models.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attune.testkit.TensorAssert.assertThatTensor;

import java.util.ArrayList;
import java.util.List;
import org.attune.AttuneException;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Decoding;
import org.attune.models.GenerativeModel;
import org.attune.models.Model;
import org.attune.models.ModelInput;
import org.attune.models.Pretrained;
import org.attune.tensor.DType;
import org.attune.tensor.Rng;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.testkit.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Decoders with a cache give what they give without one, alone and padded on the left, and texts
 * packed into a row what they give alone.
 */
class LlamaDecodingTest {
  private static final double TOLERANCE = 1e-5;
  private static final long[][] TEXTS = {
    {1, 8, 30, 12, 7, 22, 9, 40, 17, 5}, {1, 44, 3, 11, 26, 13, 31}
  };

  private static Model load(String golden) {
    try (Checkpoint checkpoint = Checkpoint.open(Golden.folder(golden).toString())) {
      return Pretrained.load(checkpoint).model();
    }
  }

  /** A Mistral whose window of four tokens is shorter than the texts, random weights. */
  private static Model sliding() {
    try (Checkpoint checkpoint = Checkpoint.open(Golden.folder("mistral/model").toString())) {
      ConfigJson config = checkpoint.config().with("architectures", List.of("MistralForCausalLM"));
      Model model = Pretrained.create(config);
      model.initialize(new Rng(3), 0.2);
      return model;
    }
  }

  private static Tensor alone(Model model, int text, int length) {
    long[] ids = java.util.Arrays.copyOf(TEXTS[text], length);
    Tensor logits = model.forward(ModelInput.of(Tensors.ofLongs(ids, 1, length)));
    return logits.select(1, length - 1); // [1, V]
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama/causal_lm",
        "llama/causal_lm_tied",
        "qwen2/causal_lm",
        "gpt2/causal_lm",
        "sliding"
      })
  void cachedEqualsUncached(String golden) {
    try (Scope scope = Scope.open();
        Model model = golden.equals("sliding") ? sliding() : load(golden)) {
      // Prompts of six and three tokens, then one at a time; rows swapped and doubled on the way.
      Tensor prompts = Tensors.ofLongs(new long[] {1, 8, 30, 12, 7, 22, 0, 0, 0, 1, 44, 3}, 2, 6);
      Tensor mask = Tensors.ofLongs(new long[] {1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1}, 2, 6);
      try (Decoding decoding = ((GenerativeModel) model).decode(ModelInput.of(prompts, mask), 10)) {
        Tensor logits = decoding.next(prompts);
        assertThatTensor(logits.narrow(0, 0, 1)).isCloseTo(alone(model, 0, 6), TOLERANCE);
        assertThatTensor(logits.narrow(0, 1, 1)).isCloseTo(alone(model, 1, 3), TOLERANCE);
        decoding.reorder(new long[] {1, 0, 1});
        for (int step = 0; step < 4; step++) {
          long first = TEXTS[0][6 + step];
          long second = TEXTS[1][3 + step];
          logits = decoding.next(Tensors.ofLongs(new long[] {second, first, second}, 3, 1));
          Tensor expected = alone(model, 1, 4 + step);
          assertThatTensor(logits.narrow(0, 0, 1)).isCloseTo(expected, TOLERANCE);
          assertThatTensor(logits.narrow(0, 1, 1)).isCloseTo(alone(model, 0, 7 + step), TOLERANCE);
          assertThatTensor(logits.narrow(0, 2, 1)).isCloseTo(expected, TOLERANCE);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama/causal_lm", "gpt2/causal_lm"})
  void packedTextsDoNotSeeEachOther(String golden) {
    try (Scope scope = Scope.open();
        Model model = load(golden)) {
      int[] lengths = {6, 4};
      long[] ids = new long[10];
      long[] positions = new long[10];
      long[] mask = new long[100];
      int at = 0;
      for (int text = 0; text < 2; text++) {
        for (int i = 0; i < lengths[text]; i++) {
          ids[at + i] = TEXTS[text][i];
          positions[at + i] = i;
          for (int j = 0; j < lengths[text]; j++) {
            mask[10 * (at + i) + at + j] = 1; // what is ahead is hidden by the model itself
          }
        }
        at += lengths[text];
      }
      Tensor logits =
          model.forward(
              ModelInput.of(Tensors.ofLongs(ids, 1, 10), Tensors.ofLongs(mask, 1, 10, 10))
                  .withPositions(Tensors.ofLongs(positions, 1, 10)));
      assertThatTensor(logits.select(1, 5)).isCloseTo(alone(model, 0, 6), TOLERANCE);
      assertThatTensor(logits.select(1, 9)).isCloseTo(alone(model, 1, 4), TOLERANCE);
    }
  }

  /** config.json as transformers 4 wrote it says the same. */
  @ParameterizedTest
  @ValueSource(strings = {"linear", "dynamic", "llama3", "yarn"})
  @SuppressWarnings("unchecked")
  void olderConfigsScaleAlike(String type) {
    String golden = "llama/model_" + type;
    try (Scope scope = Scope.open();
        Checkpoint checkpoint = Checkpoint.open(Golden.folder(golden).toString())) {
      ConfigJson config = checkpoint.config();
      ConfigJson rope = config.object("rope_parameters").orElseThrow();
      ConfigJson old =
          config
              .with("rope_scaling", asMap(rope.without("rope_theta")))
              .with("rope_theta", rope.optionalDouble("rope_theta", 1, 1e9).orElseThrow())
              .without("rope_parameters");
      assertThat(LlamaConfig.llama(old)).isEqualTo(LlamaConfig.llama(config));
    }
  }

  private static Object asMap(ConfigJson json) {
    try {
      return new com.fasterxml.jackson.databind.ObjectMapper()
          .readValue(json.toJson(), java.util.Map.class);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- bad input

  @ParameterizedTest
  @ValueSource(strings = {"llama/causal_lm", "gpt2/causal_lm"})
  void badInputIsRefusedBeforeTheEngineSeesIt(String golden) {
    try (Scope scope = Scope.open();
        Model model = load(golden)) {
      refused(model, new long[] {1, 47}, "has token id 47, expected 0 to 46");
      refused(model, new long[] {-1, 2}, "has token id -1");
      Tensor none = Tensors.zeros(Shape.of(1, 0), DType.I64);
      assertThatThrownBy(() -> model.forward(ModelInput.of(none)))
          .isInstanceOf(AttuneException.class)
          .hasMessageContaining("has no tokens");
      refused(model, new long[20], "set max_length to at most");
      ModelInput prompts = ModelInput.of(Tensors.ofLongs(new long[] {1, 2}, 1, 2));
      GenerativeModel writer = (GenerativeModel) model;
      Tensor right = Tensors.ofLongs(new long[] {1, 0}, 1, 2);
      assertThatThrownBy(() -> writer.decode(ModelInput.of(prompts.ids(), right), 4).close())
          .hasMessageContaining("expected padding on the left");
    }
  }

  private static void refused(Model model, long[] ids, String why) {
    assertThatThrownBy(() -> model.forward(ModelInput.of(Tensors.ofLongs(ids, 1, ids.length))))
        .isInstanceOf(AttuneException.class)
        .hasMessageContaining(why);
  }

  @Test
  void configsThatMakeNoSenseAreRefused() {
    ConfigJson good;
    try (Checkpoint checkpoint = Checkpoint.open(Golden.folder("llama/model").toString())) {
      good = checkpoint.config();
    }
    List<String> messages = new ArrayList<>();
    for (ConfigJson bad :
        List.of(
            good.with("num_key_value_heads", 4),
            good.with("head_dim", 5),
            good.with("rope_parameters", java.util.Map.of("rope_type", "longrope")),
            good.with("rope_parameters", java.util.Map.of("rope_type", "linear")))) {
      assertThatThrownBy(() -> Pretrained.create(bad))
          .isInstanceOf(AttuneException.class)
          .satisfies(e -> messages.add(e.getMessage()));
    }
    assertThat(messages)
        .containsExactly(
            "llama: num_attention_heads (6) must be divisible by num_key_value_heads (4)"
                + " [config.json]",
            "llama: head_dim must be even to be rotated, got (5) [config.json]",
            "llama: rope_type is 'longrope'; known are default, linear, dynamic, llama3, yarn"
                + " [config.json]",
            "llama: factor is missing from the rope parameters [config.json]");
  }
}
