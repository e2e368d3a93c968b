package org.attune.models.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attune.testkit.TensorAssert.assertThatTensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attune.AttuneException;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.CheckpointSummary;
import org.attune.checkpoint.GenerationDefaults;
import org.attune.models.Model;
import org.attune.models.ModelInput;
import org.attune.models.Pretrained;
import org.attune.nn.Parameter;
import org.attune.tensor.Rng;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.testkit.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models in one file, GGUF and llama2.c, are the models they were made of. */
class SingleFileModelTest {
  private static final long SEED = 20_261_124;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"llama", "qwen2"})
  void aGgufFileIsTheModelItWasMadeOf(String family) {
    Golden golden = Golden.read(family + "/causal_lm");
    Path file = Golden.folder("gguf").resolve(family + ".gguf");
    try (Scope scope = Scope.open();
        Checkpoint checkpoint = Checkpoint.open(file.toString());
        Model model = Pretrained.load(checkpoint).model()) {
      Tensor logits = model.forward(ModelInput.of(golden.tensor("unpadded/input_ids")));
      assertThatTensor(logits).isCloseTo(golden.tensor("unpadded/logits"), 1e-5);
      Pretrained.save(model, folder);
    }
    try (Scope scope = Scope.open();
        Checkpoint saved = Checkpoint.open(folder.toString());
        Model model = Pretrained.load(saved).model()) {
      Tensor logits = model.forward(ModelInput.of(golden.tensor("unpadded/input_ids")));
      assertThatTensor(logits).isCloseTo(golden.tensor("unpadded/logits"), 1e-5);
    }
  }

  @Test
  void aFolderWithOneGgufFileIsThatFile() throws IOException {
    Path file = Golden.folder("gguf").resolve("llama.gguf");
    Files.copy(file, folder.resolve("model.gguf"));
    try (Checkpoint checkpoint = Checkpoint.open(folder.toString())) {
      CheckpointSummary summary = CheckpointSummary.of(checkpoint);
      assertThat(summary.architectures()).containsExactly("LlamaForCausalLM");
      assertThat(summary.tensors()).anyMatch(t -> t.name().equals("model.norm.weight"));
    }
    Files.copy(file, folder.resolve("other.gguf"));
    assertThatThrownBy(() -> Checkpoint.open(folder.toString()))
        .isInstanceOf(AttuneException.class)
        .hasMessageContaining("holds several models, model.gguf and other.gguf");
  }

  @Test
  void aGgufFileOfNoModelIsRefused() {
    Path file = Golden.folder("gguf").resolve("types.gguf");
    assertThatThrownBy(() -> Checkpoint.open(file.toString()))
        .isInstanceOf(AttuneException.class)
        .hasMessageContaining("types.gguf does not say attention.head_count");
  }

  // ---- llama2.c

  /** Width 8, inner 12, 2 layers, 2 heads, 1 key head, 11 tokens, 6 positions; numbered weights. */
  private static byte[] llama2c(int vocabulary) {
    int[] header = {8, 12, 2, 2, 1, vocabulary, 6};
    int floats =
        11 * 8
            + 2 * (8 + 8 * 8 + 2 * 4 * 8 + 8 * 8 + 8 + 3 * 8 * 12)
            + 8
            + 6 * 4
            + (vocabulary < 0 ? 11 * 8 : 0);
    ByteBuffer bytes = ByteBuffer.allocate(4 * (7 + floats)).order(ByteOrder.LITTLE_ENDIAN);
    for (int number : header) {
      bytes.putInt(number);
    }
    float[] values;
    try (Scope scope = Scope.open()) {
      values = new Rng(SEED).normal(org.attune.tensor.Shape.of(floats), 0.3, 0, 1).toFloats();
    }
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  @ParameterizedTest
  @ValueSource(ints = {11, -11})
  void aModelOfLlama2cHasTheWeightsOfTheFile(int vocabulary) throws IOException {
    byte[] bytes = llama2c(vocabulary);
    Path file = Files.write(folder.resolve("tiny.bin"), bytes);
    float[] stored = new float[bytes.length / 4 - 7];
    ByteBuffer.wrap(bytes, 28, bytes.length - 28)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(stored);
    try (Scope scope = Scope.open();
        Checkpoint checkpoint = Checkpoint.open(folder.toString());
        Model model = Pretrained.load(checkpoint).model()) {
      assertThat(model.maxLength()).isEqualTo(6);
      GenerationDefaults defaults = GenerationDefaults.of(checkpoint);
      assertThat(defaults.eosTokenId()).containsExactly(1, 2); // <s> begins the next story
      assertThat(defaults.maxLength()).hasValue(6);
      assertThat(checkpoint.folder()).isEqualTo(file.toAbsolutePath().getParent());
      float[] words = value(model, "model.embed_tokens.weight");
      assertThat(words).isEqualTo(java.util.Arrays.copyOf(stored, 88));
      float[] head = value(model, "lm_head.weight");
      assertThat(head)
          .isEqualTo(
              vocabulary > 0
                  ? words
                  : java.util.Arrays.copyOfRange(stored, stored.length - 88, stored.length));
      // The first query projection: its rows 0, 2, 1, 3 of each head are those of the file.
      float[] query = value(model, "model.layers.0.self_attn.q_proj.weight");
      int at = 88 + 2 * 8;
      for (int row = 0; row < 8; row++) {
        int from = row / 4 * 4 + List.of(0, 2, 1, 3).get(row % 4);
        for (int column = 0; column < 8; column++) {
          assertThat(query[row * 8 + column]).isEqualTo(stored[at + from * 8 + column]);
        }
      }
      Tensor logits = model.forward(ModelInput.of(Tensors.ofLongs(new long[] {1, 5, 10}, 1, 3)));
      assertThat(logits.shape().toArray()).containsExactly(1, 3, 11);
      assertThat(logits.allFinite()).isTrue();
    }
  }

  private static float[] value(Model model, String name) {
    Parameter parameter = model.namedParameters().get(name);
    return parameter.value().toFloats();
  }

  @Test
  void damagedModelsOfLlama2cAreRefused() throws IOException {
    byte[] good = llama2c(11);
    refused(java.util.Arrays.copyOf(good, good.length - 4), "its header needs");
    refused(java.util.Arrays.copyOf(good, 20), "too few for a header");
    refused(changed(good, 0, 0), "has dim 0, expected 1 to");
    refused(changed(good, 3, 3), "which do not divide");
    refused(changed(good, 2, 1 << 24), "at least; is it truncated?");
    refused(changed(good, 5, Integer.MIN_VALUE), "has vocab_size -2147483648");
    refused(changed(good, 0, 0x616b3432), "of the format, expected 0");
    refused(
        "PK\3\4 a zip that holds a pickle, with some more"
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII),
        "are pickles");
  }

  private static byte[] changed(byte[] good, int place, int number) {
    byte[] bytes = good.clone();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(4 * place, number);
    return bytes;
  }

  private void refused(byte[] bytes, String why) throws IOException {
    Path file = Files.write(folder.resolve("bad.bin"), bytes);
    assertThatThrownBy(() -> Checkpoint.open(file.toString()))
        .isInstanceOf(AttuneException.class)
        .hasMessageContaining(why);
  }
}
