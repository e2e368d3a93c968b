package org.attune.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.attune.UsageException;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.nn.LayerDepths;
import org.attune.nn.Module;
import org.attune.nn.Parameter;
import org.attune.testkit.Golden;
import org.attune.train.TinyClassifier;
import org.junit.jupiter.api.Test;

/** Which parameters a pattern names, how deep they stand, and what rates they get. */
class GroupsTest {
  private static final Pattern LAYER = Pattern.compile("\\.(?:layer|layers|block|h)\\.(\\d)\\.");

  private static Model bert() {
    try (Checkpoint checkpoint =
        Checkpoint.open(Golden.folder("adamw").resolve("steps").toString())) {
      return Pretrained.load(checkpoint).model();
    }
  }

  private static List<String> trainable(Module model) {
    return model.namedParameters().entrySet().stream()
        .filter(entry -> entry.getValue().trainable())
        .map(Map.Entry::getKey)
        .toList();
  }

  @Test
  void patternsNameWholePartsOfNames() {
    try (Model model = bert()) {
      new Freezing(List.of(), List.of("embeddings", "encoder.layer.0", "pooler")).apply(model);
      assertThat(trainable(model))
          .isNotEmpty()
          .allMatch(name -> name.startsWith("bert.encoder.layer.1.") || name.startsWith("class"))
          .contains("classifier.weight", "bert.encoder.layer.1.output.LayerNorm.bias");
    }
    try (Model model = bert()) {
      new Freezing(List.of("bias", "classifier"), List.of("LayerNorm")).apply(model);
      assertThat(trainable(model))
          .contains("classifier.weight", "bert.encoder.layer.0.output.dense.bias")
          .allMatch(name -> name.endsWith(".bias") || name.equals("classifier.weight"))
          .noneMatch(name -> name.contains("LayerNorm"));
    }
    try (Model model = bert()) {
      new Freezing(List.of("layer\\.[1-9]", "query.weight"), List.of()).apply(model);
      assertThat(trainable(model))
          .contains("bert.encoder.layer.0.attention.self.query.weight")
          .filteredOn(name -> !name.contains("layer.1"))
          .hasSize(1);
    }
  }

  @Test
  void aPatternThatNamesNothingIsRefusedWithTheNearestName() {
    try (Model model = bert()) {
      assertThatThrownBy(() -> new Freezing(List.of(), List.of("embedings")).apply(model))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "train.freeze: 'embedings' names no parameter of the model, expected parts of a name"
                  + " between its dots, as in bert.embeddings.word_embeddings.weight and"
                  + " classifier.bias; did you mean 'embeddings'?");
      assertThatThrownBy(() -> new Freezing(List.of("encoder.layer.7"), List.of()).apply(model))
          .hasMessageContaining("train.only: 'encoder.layer.7' names no parameter");
      assertThatThrownBy(() -> AdamW.of(1e-3).withGroup("clasifier", 1).over(model))
          .hasMessageStartingWith("optimizer.groups.match: 'clasifier' names no parameter")
          .hasMessageEndingWith("; did you mean 'classifier'?");
      assertThatThrownBy(() -> new Freezing(List.of("a("), List.of()))
          .isInstanceOf(UsageException.class)
          .hasMessage("'a(' is no regular expression: Unclosed group");
      assertThatThrownBy(
              () -> new Freezing(List.of("classifier"), List.of("classifier")).apply(model))
          .hasMessage(
              "train: nothing is left to train: only 'classifier' and freeze 'classifier' leave out"
                  + " all 41 parameters");
    }
  }

  @Test
  void aParameterThatTheModelKeepsFrozenIsNotThawed() {
    try (var model = new TinyClassifier(0, 7)) {
      model.namedParameters().get("head.bias").trainable(false);
      new Freezing(List.of("head"), List.of()).apply(model);
      assertThat(trainable(model)).containsExactly("head.weight");
    }
  }

  @Test
  void depthsComeFromTheModulesOfEveryFamily() {
    assertDepths("bert", "bert.embeddings.LayerNorm.bias", 3, "bert.pooler.dense.bias", 0);
    assertDepths("gpt2", "transformer.wpe.weight", 3, "transformer.ln_f.weight", 0);
    assertDepths("t5", "shared.weight", 3, "encoder.final_layer_norm.weight", 0);
    assertDepths("bart", "model.decoder.embed_positions.weight", 3, "model.shared.weight", 3);
  }

  /** Of the tiny models of two layers that the parity tests have. */
  private static void assertDepths(String family, String one, int depth, String other, int second) {
    try (Model model = tiny(family)) {
      LayerDepths depths = LayerDepths.of(model);
      Map<String, Parameter> parameters = model.namedParameters();
      assertThat(depths.layers()).as(family).isEqualTo(2);
      assertThat(depths.of(parameters.get(one))).as(one).isEqualTo(depth);
      assertThat(depths.of(parameters.get(other))).as(other).isEqualTo(second);
      parameters.forEach(
          (name, parameter) -> {
            if (name.matches("(model\\.)?encoder\\.(layers|block)\\.0\\..*")) {
              assertThat(depths.of(parameter)).as(name).isEqualTo(1); // alone in its encoder
            } else {
              Matcher layer = LAYER.matcher(name); // the first number: T5 counts below it too
              if (layer.find()) {
                assertThat(depths.of(parameter))
                    .as(name)
                    .isEqualTo(2 - Integer.parseInt(layer.group(1)));
              }
            }
          });
    }
  }

  private static Model tiny(String family) {
    String head =
        Map.of("t5", "conditional_generation", "bart", "conditional_generation")
            .getOrDefault(family, "sequence_classification");
    Path folder = Golden.folder(family).resolve(head);
    return Pretrained.create(ConfigJson.read(folder.resolve("config.json")));
  }

  @Test
  void ratesFallFromLayerToLayerAndOverridesStandAsTheyAre() {
    OptimizerSettings settings =
        AdamW.of(1e-3)
            .withWeightDecay(0.1)
            .withLayerDecay(0.5)
            .withGroup("classifier", 1e-2)
            .withGroup("pooler", 2e-3, 0.3);
    try (Model model = bert()) {
      Map<String, ParameterGroups.Group> groups = new LinkedHashMap<>();
      ParameterGroups.of(settings, model)
          .forEach(group -> group.parameters().keySet().forEach(name -> groups.put(name, group)));
      assertThat(groups.keySet())
          .isEqualTo(model.namedParameters().keySet().stream().collect(Collectors.toSet()));
      assertRate(groups, "classifier.weight", 10, 0.1);
      assertRate(groups, "classifier.bias", 10, 0);
      assertRate(groups, "bert.pooler.dense.bias", 2, 0.3);
      assertRate(groups, "bert.encoder.layer.1.output.dense.weight", 0.5, 0.1);
      assertRate(groups, "bert.encoder.layer.0.output.dense.bias", 0.25, 0);
      assertRate(groups, "bert.embeddings.word_embeddings.weight", 0.125, 0.1);
    }
  }

  private static void assertRate(
      Map<String, ParameterGroups.Group> groups, String name, double rate, double decay) {
    assertThat(groups.get(name).rate()).as(name).isCloseTo(rate, within(1e-12));
    assertThat(groups.get(name).weightDecay()).as(name).isEqualTo(decay);
  }

  @Test
  void refusesRatesOutOfRangeAndLayerDecayWithoutLayers() {
    assertThatThrownBy(() -> AdamW.of(1e-3).withLayerDecay(1.1))
        .hasMessage("optimizer: layer_decay is 1.1, expected a number above 0, up to 1");
    assertThatThrownBy(() -> AdamW.of(1e-3).withGroup("head", -1))
        .hasMessage("optimizer: lr of group 'head' is -1.0, expected a number above 0");
    try (var model = new TinyClassifier(0, 7)) {
      assertThatThrownBy(() -> AdamW.of(1e-3).withLayerDecay(0.9).over(model))
          .hasMessage(
              "optimizer: layer_decay is 0.9, but the model has no stack of layers; leave it out or"
                  + " use groups");
    }
  }
}
