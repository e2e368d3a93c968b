package org.attune.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attune.testkit.TensorAssert.assertThatTensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.SafetensorsFile;
import org.attune.models.Model;
import org.attune.models.ModelInput;
import org.attune.models.Pretrained;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real trained Llama, read from its llama2.c file, against transformers. */
@Tag("live")
class Llama260KLiveTest {
  private static final double TOLERANCE = 1e-4; // of logits up to 20

  @TempDir Path folder;

  @Test
  void logitsEqualTheReferences() throws Exception {
    Path model = ReferenceStack.data().resolve("llama-260K");
    try (Scope scope = Scope.open();
        Checkpoint checkpoint = Checkpoint.open(model.toString());
        Model llama = Pretrained.load(checkpoint).model()) {
      long[] ids =
          Arrays.stream(checkpoint.tokenizer().encode("I was walking in a forest of glass").ids())
              .asLongStream()
              .toArray();
      Path file = folder.resolve("reference.safetensors");
      List<Object> arguments = new ArrayList<>(List.of(model.resolve("aidreams260K.bin"), file));
      LongStream.of(ids).forEach(arguments::add);
      JsonNode reference = ReferenceStack.run("llama2c.py", arguments.toArray());
      assertThat(llama.parameterCount()).isEqualTo(reference.get("parameters").asLong());
      Tensor logits = llama.forward(ModelInput.of(Tensors.ofLongs(ids, 1, ids.length)));
      try (SafetensorsFile expected = SafetensorsFile.open(file)) {
        assertThatTensor(logits).isCloseTo(expected.tensor("logits"), TOLERANCE);
        ReferenceStack.report(
            "logits of the real 260K Llama",
            logits.minus(expected.tensor("logits")).abs().max().item());
      }
    }
  }
}
