package org.attune.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attune.testkit.TensorAssert.assertThatTensor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.attune.AttuneException;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.checkpoint.Weights;
import org.attune.checkpoint.WeightsWriter;
import org.attune.nn.Parameter;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.testkit.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same model in the forms that files have had over the years and from other programs: of every
 * golden model each form loads, and gives the golden outputs.
 */
class CheckpointVariantsTest {
  private static final int SHARD_BYTES = 20_000;

  @TempDir Path folder;

  static Stream<String> folders() {
    return FamilyParityTest.folders().stream();
  }

  private void loadsAndEquals(String name, Map<String, Tensor> tensors, long shardBytes) {
    Golden golden = Golden.read(name);
    ConfigJson.read(golden.folder().resolve("config.json")).write(folder.resolve("config.json"));
    WeightsWriter.write(folder, tensors, shardBytes);
    try (Checkpoint checkpoint = Checkpoint.open(folder.toString());
        Model model = Pretrained.load(checkpoint).model();
        Scope scope = Scope.open()) {
      ParityCase batch =
          new ParityCase(name, golden.cases().findFirst().orElseThrow(), golden, model);
      Autograd.noGrad(batch::outputs).forEach(batch::compare);
    }
  }

  private static Map<String, Tensor> tensors(String name) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (Weights weights = Weights.open(Golden.folder(name))) {
      weights.names().forEach(key -> tensors.put(key, weights.load(key)));
    }
    return tensors;
  }

  private static ModelFamily family(String name) {
    return Families.of(ConfigJson.read(Golden.folder(name).resolve("config.json")));
  }

  // ---- every family

  /** TensorFlow's names of a norm's weight and bias, which the first conversions kept. */
  @ParameterizedTest
  @MethodSource("folders")
  void gammaAndBeta(String name) {
    Map<String, Tensor> old = new LinkedHashMap<>();
    tensors(name)
        .forEach(
            (key, tensor) ->
                old.put(
                    key.replaceFirst("LayerNorm\\.weight$", "LayerNorm.gamma")
                        .replaceFirst("LayerNorm\\.bias$", "LayerNorm.beta"),
                    tensor));
    loadsAndEquals(name, old, Long.MAX_VALUE);
  }

  /** A head over a body that was saved alone, or a body cut out of a model with a head. */
  @ParameterizedTest
  @MethodSource("folders")
  void theBodysPrefixIsThereOrNot(String name) {
    ModelFamily family = family(name);
    String prefix = family.basePrefix() + ".";
    Map<String, Tensor> tensors = tensors(name);
    boolean prefixed = tensors.keySet().stream().anyMatch(key -> key.startsWith(prefix));
    boolean bare = family.head(ConfigJson.read(config(name))) == Head.NONE;
    Map<String, Tensor> other = new LinkedHashMap<>();
    tensors.forEach(
        (key, tensor) ->
            other.put(
                key.startsWith(prefix)
                    ? key.substring(prefix.length())
                    : bare && !prefixed ? prefix + key : key,
                tensor));
    loadsAndEquals(name, other, Long.MAX_VALUE);
  }

  private static Path config(String name) {
    return Golden.folder(name).resolve("config.json");
  }

  /** Pickles held a tied tensor under each of its names, and conversions kept them all. */
  @ParameterizedTest
  @MethodSource("folders")
  void tiedTensorsUnderEachName(String name) {
    Map<String, Tensor> all = tensors(name);
    try (Checkpoint checkpoint = Checkpoint.open(Golden.folder(name).toString());
        Model model = Pretrained.load(checkpoint).model()) {
      Map<Parameter, List<String>> names = new LinkedHashMap<>();
      model
          .namedParameters()
          .forEach((n, p) -> names.computeIfAbsent(p, key -> new ArrayList<>()).add(n));
      for (List<String> tied : names.values()) {
        tied.stream()
            .filter(all::containsKey)
            .findFirst()
            .ifPresent(key -> tied.forEach(n -> all.put(n, all.get(key).copy())));
      }
    }
    loadsAndEquals(name, all, Long.MAX_VALUE);
  }

  @ParameterizedTest
  @MethodSource("folders")
  void shards(String name) {
    loadsAndEquals(name, tensors(name), SHARD_BYTES);
  }

  // ---- encoders

  @ParameterizedTest
  @ValueSource(strings = {"bert/masked_lm", "roberta/masked_lm", "distilbert/masked_lm"})
  void buffersAndPartsOfOtherHeadsAreNotUsed(String name) {
    Map<String, Tensor> old = tensors(name);
    String body = family(name).basePrefix();
    old.put(body + ".embeddings.position_ids", Tensors.range(36).unsqueeze(0));
    old.put("qa_outputs.bias", Tensors.ofFloats(new float[2], 2));
    loadsAndEquals(name, old, Long.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert/model", "roberta/model", "distilbert/model"})
  void aBareBodyTakesANewHead(String name) {
    try (Checkpoint checkpoint = Checkpoint.open(Golden.folder(name).toString())) {
      ConfigJson config = checkpoint.config().withLabels(List.of("no", "yes", "perhaps"));
      for (Head head :
          List.of(Head.SEQUENCE_CLASSIFICATION, Head.TOKEN_CLASSIFICATION, Head.MASKED_LM)) {
        Pretrained.Loaded loaded = Pretrained.load(checkpoint, head, config, 5);
        try (Model model = loaded.model()) {
          String body = family(name).basePrefix() + ".";
          assertThat(loaded.report().newParameters())
              .isNotEmpty()
              .noneMatch(parameter -> parameter.startsWith(body));
          assertThat(model.namedParameters().values()).allMatch(Parameter::hasValue);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "distilbert"})
  void aClassifierGivesItsBodyAway(String family) {
    String name = family + "/sequence_classification";
    try (Checkpoint checkpoint = Checkpoint.open(Golden.folder(name).toString())) {
      Pretrained.Loaded loaded = Pretrained.load(checkpoint, Head.NONE, checkpoint.config(), 5);
      try (Model model = loaded.model()) {
        assertThat(loaded.report().newParameters()).isEmpty();
        assertThat(loaded.report().unused()).anyMatch(key -> key.startsWith("classifier."));
      }
    }
  }

  /** As a body saved by {@code add_pooling_layer=False}; a head that reads the pooler needs it. */
  @ParameterizedTest
  @ValueSource(strings = {"bert/model", "roberta/model"})
  void aBodyWithoutAPoolerIsLoadedWithoutOne(String name) {
    Map<String, Tensor> tensors = tensors(name);
    tensors.keySet().removeIf(key -> key.startsWith("pooler."));
    ConfigJson.read(config(name)).write(folder.resolve("config.json"));
    WeightsWriter.write(folder, tensors, Long.MAX_VALUE);
    try (Checkpoint checkpoint = Checkpoint.open(folder.toString());
        Scope scope = Scope.open()) {
      Pretrained.Loaded loaded = Pretrained.load(checkpoint);
      try (Model model = loaded.model()) {
        assertThat(loaded.report().remarks())
            .containsExactly(
                "not in the checkpoint, and left out of the model, whose last hidden state does not"
                    + " need them: pooler.dense.weight, pooler.dense.bias");
        assertThat(model.config()).isEqualTo(checkpoint.config());
        assertThat(Pretrained.state(model)).containsOnlyKeys(tensors.keySet());
        Golden golden = Golden.read(name);
        ModelInput input = ModelInput.of(golden.tensor("unpadded/input_ids"));
        Tensor states = Autograd.noGrad(() -> model.forward(input));
        assertThatTensor(states).isCloseTo(golden.tensor("unpadded/last_hidden_state"), 1e-5);
        assertThat(((Body) model).pooled(states)).isEmpty();
      }
    }
  }

  /** Otherwise it would see the token that it learns to foretell. */
  @ParameterizedTest
  @ValueSource(strings = {"bert/masked_lm", "roberta/masked_lm"})
  void anEncoderThatIsToLearnToWriteReadsForwards(String name) {
    try (Checkpoint checkpoint = Checkpoint.open(Golden.folder(name).toString());
        Scope scope = Scope.open()) {
      ConfigJson config = family(name).readingForwards(checkpoint.config());
      Pretrained.Loaded loaded = Pretrained.load(checkpoint, Head.CAUSAL_LM, config, 5);
      try (Model model = loaded.model()) {
        assertThat(loaded.report().newParameters()).isEmpty();
        Tensor whole = logits(model, 5, 6, 7, 8);
        assertThatTensor(logits(model, 5, 6, 7, 9).narrow(1, 0, 3))
            .isCloseTo(whole.narrow(1, 0, 3), 1e-6);
      }
    }
  }

  private static Tensor logits(Model model, long... ids) {
    Tensor row = Tensors.ofLongs(ids, 1, ids.length);
    return Autograd.noGrad(() -> model.forward(ModelInput.of(row)));
  }

  // ---- refused

  @Test
  void aHeadOverAPoolerThatIsNotThere() {
    Map<String, Tensor> tensors = tensors("bert/sequence_classification");
    tensors.keySet().removeIf(key -> key.startsWith("bert.pooler."));
    assertThatThrownBy(
            () -> loadsAndEquals("bert/sequence_classification", tensors, Long.MAX_VALUE))
        .isInstanceOf(AttuneException.class)
        .hasMessage(
            String.format(
                "checkpoint: %s lacks bert.pooler.dense.bias, bert.pooler.dense.weight; do config.json and the"
                    + " weights belong to the same model?",
                folder));
  }

  @Test
  void tiedTensorsThatDiffer() {
    Map<String, Tensor> tensors = tensors("distilbert/masked_lm");
    Tensor words = tensors.get("distilbert.embeddings.word_embeddings.weight");
    tensors.put("vocab_projector.weight", words.plus(1e-3));
    assertThatThrownBy(() -> loadsAndEquals("distilbert/masked_lm", tensors, Long.MAX_VALUE))
        .isInstanceOf(AttuneException.class)
        .hasMessage(
            "checkpoint: distilbert.embeddings.word_embeddings.weight and vocab_projector.weight"
                + " differ, config.json says they are one; set tie_word_embeddings to false");
  }
}
