package org.attune.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import org.attune.AttuneException;
import org.attune.tensor.Scope;
import org.attune.text.GgufVocabulary;
import org.attune.text.Tokenizer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever bytes lie in a file: a GGUF file opens and all its tensors can be read, or an {@link
 * AttuneException} says why not. Run as {@link SafetensorsFuzzTest} is; {@link GgufFileTest} puts
 * seeded mutations to the same question in the normal suite.
 */
@Tag("fuzz")
class GgufFuzzTest {
  @TempDir static Path folder;

  @FuzzTest(maxDuration = "60s")
  void anyBytesAreReadOrRefused(byte[] bytes) throws IOException {
    readOrRefuse(bytes, folder.resolve("fuzzed.gguf"));
    tokenizeOrRefuse(folder.resolve("fuzzed.gguf"));
  }

  /** Returns whether the file holds a tokenizer that encodes and decodes. */
  static boolean tokenizeOrRefuse(Path path) {
    try (GgufFile file = GgufFile.open(path)) {
      Optional<GgufVocabulary> vocabulary = GgufTokens.of(file);
      if (vocabulary.isEmpty()) {
        return false;
      }
      try (Tokenizer tokenizer = Tokenizer.of(vocabulary.get())) {
        int[] ids = tokenizer.encode("It's 2 caf\u00e9s, \ud83d\ude00 <s>ab</s>\n  x").ids();
        tokenizer.decode(ids, false);
        tokenizer.decode(IntStream.range(0, 300).toArray(), true);
        return true;
      }
    } catch (AttuneException e) {
      return false;
    }
  }

  /**
   * Returns whether the bytes are a GGUF file, of any architecture; anything but a plain refusal is
   * thrown on.
   */
  static boolean readOrRefuse(byte[] bytes, Path path) throws IOException {
    Files.write(path, bytes);
    try (Scope scope = Scope.open();
        GgufFile file = GgufFile.open(path)) {
      file.names().forEach(file::tensor);
    } catch (AttuneException e) {
      return false;
    }
    try (Scope scope = Scope.open();
        GgufModel model = GgufModel.open(path)) {
      model.names().forEach(model::tensor);
    } catch (AttuneException e) {
      return true; // a file, though not of a model that is known
    }
    return true;
  }
}
