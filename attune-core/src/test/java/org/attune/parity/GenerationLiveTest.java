package org.attune.parity;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attune.checkpoint.Checkpoint;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "llama", "t5", "bart", "bart-decoder", "bert", "roberta"})
  void writesWhatTransformersWrites(String family) throws Exception {
    ReferenceStack.run("generate.py", family, folder);
    JsonNode outputs = ReferenceStack.json(Files.readString(folder.resolve("outputs.json")));
    try (Checkpoint checkpoint = Checkpoint.open(folder.toString());
        Model model = Pretrained.load(checkpoint).model()) {
      GenerationRuns.compare(model, outputs, family);
    }
  }

  /**
   * A trained model, whose texts are words and not noise: read from llama2.c's file, saved, and
   * read there.
   */
  @Test
  void theRealLlamaWritesWhatTransformersWrites() throws Exception {
    Path source = ReferenceStack.data().resolve("llama-260K");
    try (Checkpoint checkpoint = Checkpoint.open(source.toString());
        Model model = Pretrained.load(checkpoint).model()) {
      Pretrained.save(model, folder);
      ReferenceStack.run("generate.py", "llama", folder, "--model", folder);
      JsonNode outputs = ReferenceStack.json(Files.readString(folder.resolve("outputs.json")));
      GenerationRuns.compare(model, outputs, "the 260K Llama");
    }
  }
}
