package org.attune.parity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.attune.checkpoint.Checkpoint;
import org.attune.generate.Beams;
import org.attune.generate.Constraints;
import org.attune.generate.EarlyStopping;
import org.attune.generate.Generated;
import org.attune.generate.GenerationConfig;
import org.attune.generate.Generator;
import org.attune.generate.Length;
import org.attune.generate.SpecialIds;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What each family writes behind 200 prompts, token by token as transformers: greedy and beam
 * search under every setting that changes a decision. Here the prompts run in padded batches, there
 * each among prompts of its own length.
 */
@Tag("live")
class GenerationLiveTest {
  private static final int NEW_TOKENS = 24;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "t5"})
  void writesWhatTransformersWrites(String family) throws Exception {
    ReferenceStack.run("generate.py", family, folder);
    JsonNode outputs = ReferenceStack.json(Files.readString(folder.resolve("outputs.json")));
    List<int[]> prompts = texts(outputs.path("prompts"));
    try (Checkpoint checkpoint = Checkpoint.open(folder.toString());
        Model model = Pretrained.load(checkpoint).model()) {
      Generator generator = Generator.of(model);
      for (Map.Entry<String, JsonNode> run : outputs.path("runs").properties()) {
        GenerationConfig config = config(run.getValue().path("settings"), family);
        compare(
            family + ", " + run.getKey(),
            generator.generate(prompts, config),
            texts(run.getValue().path("texts")));
      }
    }
  }

  private static void compare(String what, List<List<Generated>> texts, List<int[]> expected) {
    List<int[]> actual = texts.stream().flatMap(List::stream).map(Generated::tokenIds).toList();
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).as("%s, text %d", what, i).isEqualTo(expected.get(i));
    }
  }

  private static List<int[]> texts(JsonNode arrays) {
    return stream(arrays).map(GenerationLiveTest::ids).toList();
  }

  private static java.util.stream.Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static int[] ids(JsonNode array) {
    return stream(array).mapToInt(JsonNode::asInt).toArray();
  }

  private static List<Integer> list(JsonNode node) {
    return node.isArray()
        ? IntStream.of(ids(node)).boxed().toList()
        : node.isMissingNode() ? List.of() : List.of(node.asInt());
  }

  private static GenerationConfig config(JsonNode settings, String family) {
    Length length = Length.ofNewTokens(settings.path("max_new_tokens").asInt(NEW_TOKENS));
    if (settings.has("min_new_tokens")) {
      length = length.withMinNewTokens(settings.path("min_new_tokens").asInt());
    }
    Beams beams =
        Beams.of(settings.path("num_beams").asInt(1))
            .withLengthPenalty(settings.path("length_penalty").asDouble(1))
            .withEarlyStopping(EarlyStopping.of(settings.path("early_stopping").asText("false")));
    List<List<Integer>> badWords = new ArrayList<>();
    settings.path("bad_words_ids").forEach(word -> badWords.add(list(word)));
    Constraints constraints =
        Constraints.NONE
            .withRepetitionPenalty(settings.path("repetition_penalty").asDouble(1))
            .withNoRepeatNgramSize(settings.path("no_repeat_ngram_size").asInt(0))
            .withBadWordsIds(badWords)
            .withSuppressTokens(list(settings.path("suppress_tokens")), List.of())
            .withForced(OptionalInt.empty(), forcedEos(settings, family));
    List<Integer> eos =
        settings.has("eos_token_id") ? list(settings.path("eos_token_id")) : List.of(2);
    int start = family.equals("bart") ? 2 : 0;
    return GenerationConfig.DEFAULT
        .withLength(length)
        .withBeams(beams)
        .withConstraints(constraints)
        .withIds(SpecialIds.NONE.withEos(eos).withPad(0).withDecoderStart(start))
        .withNumReturnSequences(settings.path("num_return_sequences").asInt(1));
  }

  /** BART's own config forces its end token. */
  private static List<Integer> forcedEos(JsonNode settings, String family) {
    return family.equals("bart") ? List.of(2) : list(settings.path("forced_eos_token_id"));
  }
}
