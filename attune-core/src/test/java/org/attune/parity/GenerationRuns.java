package org.attune.parity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.attune.checkpoint.ConfigJson;
import org.attune.checkpoint.GenerationDefaults;
import org.attune.generate.Generated;
import org.attune.generate.GenerationConfig;
import org.attune.generate.Generator;
import org.attune.models.Model;

/**
 * What transformers wrote under many settings ({@code every_run} in reference/live/generate.py).
 */
final class GenerationRuns {
  private GenerationRuns() {}

  /**
   * Writes under each of the settings, in padded batches and with packed matrices, and compares
   * token by token.
   */
  static void compare(Model model, JsonNode outputs, String family) {
    model.packMatrices();
    List<int[]> prompts = texts(outputs.path("prompts"));
    assertThat(outputs.path("runs")).isNotEmpty();
    for (Map.Entry<String, JsonNode> run : outputs.path("runs").properties()) {
      String what = family + ", " + run.getKey();
      ConfigJson settings = ConfigJson.parse(run.getValue().path("settings").toString());
      GenerationConfig config = GenerationConfig.of(GenerationDefaults.of(settings));
      List<int[]> actual =
          Generator.of(model).generate(prompts, config).stream()
              .flatMap(List::stream)
              .map(Generated::tokenIds)
              .toList();
      List<int[]> expected = texts(run.getValue().path("texts"));
      assertThat(actual).as(what).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(actual.get(i)).as("%s, text %d", what, i).isEqualTo(expected.get(i));
      }
    }
  }

  private static List<int[]> texts(JsonNode arrays) {
    return StreamSupport.stream(arrays.spliterator(), false).map(GenerationRuns::ids).toList();
  }

  private static int[] ids(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }
}
