package org.attune.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.testkit.Golden;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every head of every family in {@link Families} against the reference stack: hidden states,
 * logits, losses and the gradient of every parameter, whole tensors, of all cases in
 * golden/FAMILY/NAME. The scripts {@code reference/*_fixtures.py} write those folders; a folder is
 * all a new head or family needs to be tested here.
 */
public class FamilyParityTest {
  private static final double LOSS = 1e-6;

  /** Every folder of golden files of a model, as {@code bert/masked_lm}. */
  public static List<String> folders() {
    List<String> names = new ArrayList<>();
    for (ModelFamily family : Families.all()) {
      Path root = Golden.folder(family.modelType());
      try (Stream<Path> folders = Files.list(root)) {
        folders
            .filter(folder -> Files.exists(folder.resolve("golden.json")))
            .map(folder -> family.modelType() + "/" + folder.getFileName())
            .sorted()
            .forEach(names::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return names;
  }

  static List<ModelFamily> families() {
    return Families.all();
  }

  /**
   * Every class of model that a family can make is tested, be it under another family's name: here,
   * and in the round trips that walk the same folders.
   */
  @ParameterizedTest
  @MethodSource("families")
  void everyHeadHasGoldenFiles(ModelFamily family) {
    Set<Class<?>> tested = new HashSet<>();
    for (String folder : folders()) {
      try (Model model = Pretrained.create(config(folder))) {
        tested.add(model.getClass());
      }
    }
    String own = folders().stream().filter(f -> isOf(family, f)).findFirst().orElseThrow();
    for (Head head : family.heads()) {
      try (Model model = family.create(config(own), head)) {
        assertThat(tested).contains(model.getClass());
      }
    }
  }

  private static boolean isOf(ModelFamily family, String folder) {
    return folder.startsWith(family.modelType() + "/");
  }

  private static ConfigJson config(String folder) {
    return ConfigJson.read(Golden.folder(folder).resolve("config.json"));
  }

  @ParameterizedTest
  @MethodSource("folders")
  void equalsTheReference(String folder) {
    Golden golden = Golden.read(folder);
    try (Checkpoint checkpoint = Checkpoint.open(golden.folder().toString());
        Model model = Pretrained.load(checkpoint).model()) {
      JsonNode losses = golden.values().get("loss");
      assertThat(losses.size()).isPositive();
      for (Map.Entry<String, JsonNode> loss : losses.properties()) {
        try (Scope scope = Scope.open()) {
          check(new ParityCase(folder, loss.getKey(), golden, model), loss.getValue().asDouble());
        }
      }
    }
  }

  private static void check(ParityCase batch, double expectedLoss) {
    Map<String, Tensor> outputs = batch.outputs();
    outputs.forEach(batch::compare);
    Tensor loss = batch.loss(outputs);
    assertThat(loss.item())
        .as("%s loss", batch.where())
        .isCloseTo(expectedLoss, within(LOSS * Math.max(1, Math.abs(expectedLoss))));
    if (batch.hasGradients()) {
      batch.model().clearGrads();
      loss.backward();
      batch.compareGradients();
    }
    batch.compareHalves(outputs);
    batch.compareBf16();
  }
}
