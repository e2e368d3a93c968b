package org.attune.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attune.AttuneException;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.checkpoint.SafetensorsWriter;
import org.attune.checkpoint.Weights;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.Rng;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.testkit.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quirks of T5's and BART's files, and configs that do not make a model. */
class EncoderDecoderFilesTest {
  @TempDir Path folder;
  private ConfigJson config;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  private void golden(String name) {
    config = ConfigJson.read(Golden.folder(name).resolve("config.json"));
    try (Weights weights = Weights.open(Golden.folder(name))) {
      weights.names().forEach(key -> tensors.put(key, weights.load(key)));
    }
  }

  private Checkpoint written() {
    config.write(folder.resolve("config.json"));
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"), tensors, SafetensorsWriter.PYTORCH);
    return Checkpoint.open(folder.toString());
  }

  private Tensor logits() {
    try (Checkpoint checkpoint = written();
        Model model = Pretrained.load(checkpoint).model()) {
      return logits(model);
    }
  }

  private static Tensor logits(Model model) {
    ModelInput input =
        ModelInput.of(Tensors.ofLongs(new long[] {5, 9, 11, 1}, 1, 4))
            .withDecoder(Tensors.ofLongs(new long[] {0, 7, 6}, 1, 3), Optional.empty());
    return Autograd.noGrad(() -> Scope.tidy(() -> model.forward(input)));
  }

  private void addAllNamesOfTheEmbeddings() {
    for (String name : List.of("encoder.embed_tokens", "decoder.embed_tokens", "lm_head")) {
      tensors.put(name + ".weight", tensors.get("shared.weight").copy());
    }
  }

  // ---- T5

  @Test
  void oldT5FilesNameTheEmbeddingsFourTimesAndHoldABiasNobodyReads() {
    golden("t5/conditional_generation");
    float[] expected = logits().toFloats();
    addAllNamesOfTheEmbeddings();
    tensors.put(
        "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight",
        Tensors.ones(Shape.of(12, 3), DType.F32));
    assertThat(logits().toFloats()).isEqualTo(expected);
    try (Checkpoint checkpoint = written();
        Model model = Pretrained.load(checkpoint).model()) {
      // Equal matrices under two names are one: it is written once, and learned once.
      assertThat(Pretrained.state(model)).containsKey("shared.weight");
      assertThat(Pretrained.state(model)).doesNotContainKey("lm_head.weight");
    }
  }

  @Test
  void aHeadOfItsOwnIsKeptWhateverTheConfigSays() {
    golden("t5/conditional_generation_own_head");
    float[] expected = logits().toFloats();
    // As old versions wrote it.
    config = config.without("scale_decoder_outputs").with("tie_word_embeddings", false);
    assertThat(logits().toFloats()).isEqualTo(expected);
    try (Checkpoint checkpoint = written();
        Model model = Pretrained.load(checkpoint).model()) {
      assertThat(Pretrained.state(model)).containsKeys("shared.weight", "lm_head.weight");
    }
    tensors.remove("lm_head.weight"); // then the embeddings are the head, and do not scale
    assertThat(logits().toFloats()).hasSameSizeAs(expected).isNotEqualTo(expected);
  }

  @Test
  void anEncoderIsTakenOutOfAWholeT5() {
    golden("t5/conditional_generation");
    try (Checkpoint checkpoint = written()) {
      Pretrained.Loaded loaded = Pretrained.load(checkpoint, Head.ENCODER, config, 1);
      try (Model model = loaded.model()) {
        assertThat(loaded.report().newParameters()).isEmpty();
        assertThat(model.config()).isNotNull();
        assertThat(Pretrained.config(model).strings("architectures"))
            .containsExactly("T5EncoderModel");
        assertThat(model).isNotInstanceOf(EncoderDecoder.class);
      }
    }
  }

  @Test
  void aClassifierIsPutOnAWholeT5() {
    golden("t5/conditional_generation");
    try (Checkpoint checkpoint = written()) {
      Pretrained.Loaded loaded =
          Pretrained.load(checkpoint, Head.SEQUENCE_CLASSIFICATION, config, 1);
      try (Model model = loaded.model()) {
        assertThat(loaded.report().newParameters())
            .containsExactly(
                "classification_head.dense.weight",
                "classification_head.dense.bias",
                "classification_head.out_proj.weight",
                "classification_head.out_proj.bias");
        ModelInput withoutEnd = ModelInput.of(Tensors.ofLongs(new long[] {5, 9}, 1, 2));
        assertThatThrownBy(() -> model.forward(withoutEnd))
            .isInstanceOf(AttuneException.class)
            .hasMessage(
                "t5: row 0 has no end-of-text token (eos_token_id 1), where the classifier looks;"
                    + " tokenize with special tokens");
      }
    }
  }

  @Test
  void aConfigOfAnotherSizeNamesTheTensor() {
    golden("t5/conditional_generation");
    config = config.with("d_kv", 9);
    refused("encoder.block.0.layer.0.SelfAttention.q.weight is [21, 18], model expects [27, 18]");
  }

  @Test
  void t5ConfigsThatMakeNoModelAreRefused() {
    golden("t5/conditional_generation");
    ConfigJson good = config;
    config = good.with("feed_forward_proj", "gated-tanhh");
    refused("unknown activation 'tanhh'");
    config = good.with("relative_attention_max_distance", 6);
    refused("relative_attention_max_distance (6) above half of it");
    config = good.with("decoder_start_token_id", 47);
    refused("t5: decoder_start_token_id (47) must be below vocab_size (47) [config.json]");
    config = good.with("architectures", List.of("T5ForMaskedLM"));
    refused("t5 has no architecture 'T5ForMaskedLM'; known are T5Model, T5EncoderModel,");
  }

  private void refused(String message) {
    try (Checkpoint checkpoint = written()) {
      assertThatThrownBy(() -> Pretrained.load(checkpoint))
          .isInstanceOf(AttuneException.class)
          .hasMessageContaining(message);
    }
  }

  // ---- BART

  @Test
  void oldBartFilesHaveNoBiasAndNameTheEmbeddingsFourTimes() {
    golden("bart/conditional_generation");
    tensors.put("final_logits_bias", Tensors.zeros(Shape.of(1, 43), DType.F32));
    float[] expected = logits().toFloats();
    tensors.remove("final_logits_bias");
    for (String name : List.of("encoder.embed_tokens", "decoder.embed_tokens")) {
      tensors.put("model." + name + ".weight", tensors.get("model.shared.weight").copy());
    }
    tensors.put("lm_head.weight", tensors.get("model.shared.weight").copy());
    tensors.put("model.encoder.version", Tensors.ones(Shape.of(1), DType.F32));
    tensors.put("model.decoder.version", Tensors.ones(Shape.of(1), DType.F32));
    assertThat(logits().toFloats()).isEqualTo(expected);
  }

  @Test
  void aBartBodyHasNoPrefix() {
    golden("bart/conditional_generation");
    float[] expected = logits().toFloats();
    Map<String, Tensor> bare = new LinkedHashMap<>();
    tensors.forEach((name, value) -> bare.put(name.replaceFirst("^model\\.", ""), value));
    tensors.clear();
    tensors.putAll(bare);
    assertThat(logits().toFloats()).isEqualTo(expected);
  }

  @Test
  void aTextLongerThanBartsPositionsIsRefused() {
    golden("bart/conditional_generation");
    try (Checkpoint checkpoint = written();
        Model model = Pretrained.load(checkpoint).model();
        Scope scope = Scope.open()) {
      ModelInput input = ModelInput.of(Tensors.ones(Shape.of(1, 17), DType.I64));
      assertThatThrownBy(() -> model.forward(input))
          .isInstanceOf(AttuneException.class)
          .hasMessage(
              "bart: the input has 17 tokens, the model has positions for 16; set max_length to at"
                  + " most that");
    }
  }

  @Test
  void aDecoderIsTakenOutOfAWholeBart() {
    golden("bart/conditional_generation");
    try (Checkpoint checkpoint = written();
        Scope scope = Scope.open()) {
      Pretrained.Loaded loaded = Pretrained.load(checkpoint, Head.CAUSAL_LM, config, 1);
      try (Model model = loaded.model()) {
        assertThat(loaded.report().newParameters()).isEmpty();
        assertThat(loaded.report().unused())
            .contains("final_logits_bias", "model.encoder.layers.0.fc1.weight")
            .noneMatch(key -> key.startsWith("model.decoder."));
        assertThat(model).isNotInstanceOf(EncoderDecoder.class);
        ConfigJson saved = Pretrained.config(model);
        assertThat(saved.strings("architectures")).containsExactly("BartForCausalLM");
        assertThat(saved.optionalBoolean("is_encoder_decoder")).hasValue(false);
        assertThat(saved.optionalBoolean("is_decoder")).hasValue(true);
        assertThat(Pretrained.state(model))
            .containsKey("model.decoder.embed_tokens.weight")
            .doesNotContainKey("model.shared.weight");
        assertThat(logits(model).shape().toArray()).containsExactly(1, 4, 43);
      }
    }
  }

  @Test
  void aDecoderOverAnotherModelsStatesIsRefused() {
    golden("bart/causal_lm");
    config = config.with("add_cross_attention", true);
    refused(
        "bart: add_cross_attention is true; a decoder over another model's states is not supported"
            + " [config.json]");
  }

  @Test
  void layersAreLeftOutInTrainingOnly() {
    golden("bart/model_shifted_input");
    float[] expected = states(config, false, 1);
    ConfigJson dropping = config.with("encoder_layerdrop", 0.5).with("decoder_layerdrop", 0.5);
    assertThat(states(dropping, false, 1)).isEqualTo(expected);
    assertThat(states(config, true, 1)).isEqualTo(expected); // the golden models have no dropout
    Set<Float> seen = new HashSet<>();
    for (int step = 0; step < 80; step++) {
      seen.add(states(dropping, true, step)[0]);
    }
    // An encoder of one layer and a decoder of two: where a layer of the decoder reads the encoder,
    // 2 x 3 outcomes, and the embeddings alone where none does.
    assertThat(seen).hasSize(7);
  }

  private float[] states(ConfigJson json, boolean training, long step) {
    json.write(folder.resolve("config.json"));
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"), tensors, SafetensorsWriter.PYTORCH);
    try (Checkpoint checkpoint = Checkpoint.open(folder.toString());
        Model model = Pretrained.load(checkpoint).model()) {
      model.randomness(new Rng(7));
      model.train(training);
      model.beginStep(step);
      return logits(model).toFloats();
    }
  }

  @Test
  void bartConfigsThatMakeNoModelAreRefused() {
    golden("bart/conditional_generation");
    ConfigJson good = config;
    config = good.with("decoder_attention_heads", 4);
    refused("bart: d_model (18) must be divisible by decoder_attention_heads (4) [config.json]");
    config = good.with("tie_word_embeddings", false);
    refused("bart: tie_word_embeddings is false");
    config = good.with("encoder_ffn_dim", 27);
    refused("model.encoder.layers.0.fc1");
  }
}
