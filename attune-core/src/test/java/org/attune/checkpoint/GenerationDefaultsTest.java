package org.attune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationDefaultsTest {
  @TempDir Path folder;

  private GenerationDefaults written(String config, String generation) throws IOException {
    Files.writeString(folder.resolve("config.json"), config);
    if (!generation.isEmpty()) {
      Files.writeString(folder.resolve("generation_config.json"), generation);
    }
    try (Checkpoint checkpoint = Checkpoint.open(folder.toString())) {
      return GenerationDefaults.of(checkpoint);
    }
  }

  @Test
  void theFileGoesWithAModelMadeFromTheCheckpoint() throws IOException {
    Path made = Files.createDirectory(folder.resolve("made"));
    Files.writeString(folder.resolve("config.json"), "{\"num_beams\": 2}");
    try (Checkpoint checkpoint = Checkpoint.open(folder.toString())) {
      GenerationDefaults.carryOver(checkpoint, made);
      assertThat(made).isEmptyDirectory();
      Files.writeString(folder.resolve("generation_config.json"), "{\"num_beams\": 3, \"x\": 1}");
      GenerationDefaults.carryOver(checkpoint, made);
    }
    assertThat(Files.readString(made.resolve("generation_config.json")))
        .contains("\"num_beams\": 3", "\"x\": 1");
  }

  @Test
  void theFileSaysIt() throws IOException {
    GenerationDefaults defaults =
        written(
            "{\"model_type\": \"bart\", \"num_beams\": 2}",
            """
            {"bos_token_id": 0, "eos_token_id": [2, 5], "pad_token_id": 1, "decoder_start_token_id": 2,
             "forced_bos_token_id": 0, "forced_eos_token_id": 2, "max_length": 142, "min_length": 56,
             "num_beams": 4, "length_penalty": 2, "no_repeat_ngram_size": 3, "early_stopping": true,
             "bad_words_ids": [[3], [4, 7]], "suppress_tokens": [8, 9], "stop_strings": "END",
             "temperature": null, "watermarking_config": {"any": 1}}
            """);
    assertThat(defaults.eosTokenId()).containsExactly(2, 5);
    assertThat(defaults.bosTokenId()).hasValue(0);
    assertThat(defaults.padTokenId()).hasValue(1);
    assertThat(defaults.decoderStartTokenId()).hasValue(2);
    assertThat(defaults.forcedBosTokenId()).hasValue(0);
    assertThat(defaults.forcedEosTokenId()).containsExactly(2);
    assertThat(defaults.maxLength()).hasValue(142);
    assertThat(defaults.minLength()).hasValue(56);
    assertThat(defaults.numBeams()).hasValue(4);
    assertThat(defaults.lengthPenalty()).hasValue(2);
    assertThat(defaults.noRepeatNgramSize()).hasValue(3);
    assertThat(defaults.earlyStopping()).hasValue("true");
    assertThat(defaults.badWordsIds()).containsExactly(List.of(3), List.of(4, 7));
    assertThat(defaults.suppressTokens()).containsExactly(8, 9);
    assertThat(defaults.stopStrings()).containsExactly("END");
    assertThat(defaults.temperature()).isEmpty();
    assertThat(defaults.maxNewTokens()).isEqualTo(OptionalInt.empty());
  }

  @Test
  void oldVersionsKeptItInTheConfig() throws IOException {
    GenerationDefaults defaults =
        written("{\"model_type\": \"bart\", \"num_beams\": 2, \"eos_token_id\": 7}", "");
    assertThat(defaults.numBeams()).hasValue(2);
    assertThat(defaults.eosTokenId()).containsExactly(7);
    assertThat(defaults.earlyStopping()).isEmpty();
  }

  @Test
  void aWrongValueIsNamedWithItsFile() throws IOException {
    GenerationDefaults defaults =
        written(
            "{\"model_type\": \"bart\"}",
            "{\"num_beams\": \"four\", \"eos_token_id\": [1, -2], \"bad_words_ids\": [3]}");
    assertThatThrownBy(defaults::numBeams)
        .hasMessage(
            "config: num_beams is \"four\", expected a whole number from 1 to 65536"
                + " [generation_config.json]");
    assertThatThrownBy(defaults::eosTokenId)
        .hasMessageContaining("expected a whole number from 0, or a list of them");
    assertThatThrownBy(defaults::badWordsIds)
        .hasMessageContaining("expected a list of lists of whole numbers from 0");
  }
}
