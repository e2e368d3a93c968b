package org.attune.parity;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import org.attune.checkpoint.Checkpoint;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.testkit.Golden;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tiny models of the parity tests write what transformers wrote with them. */
class GenerationGoldenTest {
  @ParameterizedTest
  @ValueSource(strings = {"bart", "bart-decoder", "bert", "gpt2", "llama", "roberta", "t5"})
  void writesWhatTransformersWrote(String family) throws Exception {
    JsonNode outputs =
        ReferenceStack.json(Files.readString(Golden.folder("generate").resolve(family + ".json")));
    String folder = Golden.folder(outputs.path("model").asText()).toString();
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        Model model = Pretrained.load(checkpoint).model()) {
      GenerationRuns.compare(model, outputs, family);
    }
  }
}
