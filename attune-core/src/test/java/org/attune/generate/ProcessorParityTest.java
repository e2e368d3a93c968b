package org.attune.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.attune.checkpoint.ConfigJson;
import org.attune.checkpoint.GenerationDefaults;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.testkit.Golden;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every processor and filter against transformers' own on random scores. */
class ProcessorParityTest {
  private static JsonNode golden(String file) throws IOException {
    return new ObjectMapper().readTree(Files.readString(Golden.folder("generate").resolve(file)));
  }

  private static GenerationConfig config(JsonNode settings) {
    return GenerationConfig.of(GenerationDefaults.of(ConfigJson.parse(settings.toString())));
  }

  private static int[] ids(JsonNode array) {
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = array.get(i).asInt();
    }
    return ids;
  }

  private static float number(JsonNode number) {
    return number.isNull() ? Float.NEGATIVE_INFINITY : (float) number.asDouble();
  }

  private static float[] numbers(JsonNode rows) {
    float[] all = new float[rows.size() * rows.get(0).size()];
    int count = 0;
    for (JsonNode row : rows) {
      for (JsonNode number : row) {
        all[count++] = number(number);
      }
    }
    return all;
  }

  @TestFactory
  Stream<DynamicTest> processors() throws IOException {
    return golden("processors.json").properties().stream()
        .map(test -> DynamicTest.dynamicTest(test.getKey(), () -> process(test.getValue())));
  }

  private static void process(JsonNode test) {
    GenerationConfig config = config(test.path("settings"));
    int prompt = test.path("prompt").asInt();
    List<int[]> encoder = new ArrayList<>();
    test.path("encoder").forEach(row -> encoder.add(ids(row)));
    List<Sequence> rows = new ArrayList<>();
    for (JsonNode row : test.path("ids")) {
      int[] all = ids(row);
      int beams = encoder.isEmpty() ? 1 : test.path("ids").size() / encoder.size();
      Sequence text =
          Sequence.of(
              rows.size() / beams,
              java.util.Arrays.copyOf(all, prompt),
              config.length().newTokens(prompt),
              0);
      for (int i = prompt; i < all.length; i++) {
        text.append(all[i]);
      }
      rows.add(text);
    }
    try (Scope scope = Scope.open()) {
      float[] scores = numbers(test.path("scores"));
      Tensor given = Tensors.ofFloats(scores, rows.size(), scores.length / rows.size());
      Processors processors = Processors.of(config, encoder);
      assertThat(processors.rules()).hasSize(1);
      assertThat(processors.apply(given, rows).toFloats())
          .containsExactly(numbers(test.path("processed")), within(1e-5f));
    }
  }

  @TestFactory
  Stream<DynamicTest> filters() throws IOException {
    return golden("filters.json").properties().stream()
        .map(test -> DynamicTest.dynamicTest(test.getKey(), () -> filter(test.getValue())));
  }

  private static void filter(JsonNode test) {
    Sampling sampling = config(test.path("settings")).sampling().withDoSample(true);
    try (Scope scope = Scope.open()) {
      float[] scores = numbers(test.path("scores"));
      int rows = test.path("scores").size();
      int width = scores.length / rows;
      List<Candidates> all =
          new Sampler(sampling, 1).candidates(Tensors.ofFloats(scores, rows, width));
      for (int row = 0; row < rows; row++) {
        JsonNode expected = test.path("processed").get(row);
        Set<Integer> left = new TreeSet<>();
        for (int token = 0; token < width; token++) {
          if (!expected.get(token).isNull()) {
            left.add(token);
          }
        }
        Set<Integer> tokens = new TreeSet<>();
        Candidates candidates = all.get(row);
        for (int i = 0; i < candidates.size(); i++) {
          tokens.add(candidates.token(i));
          assertThat(candidates.logit(i))
              .isCloseTo(number(expected.get(candidates.token(i))), within(1e-5));
        }
        assertThat(tokens).as("row %d", row).isEqualTo(left);
      }
    }
  }
}
