package org.attune.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attune.AttuneException;
import org.attune.tensor.Scope;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever bytes lie in a file: a safetensors file opens and all its tensors can be read to the
 * last byte, or an {@link AttuneException} says why not.
 *
 * <p>Jazzer's agent slows a whole test JVM down and forbids connections, so this test has the tag
 * {@code fuzz} and a JVM to itself; the normal suite puts the kept inputs and many more to {@link
 * #readOrRefuse} in {@link HostileBytesTest}. To seek new ones: {@code JAZZER_FUZZ=1 mvn -pl
 * attune-core test -Dattune.test.excludedGroups= -Dtest=SafetensorsFuzzTest}.
 */
@Tag("fuzz")
class SafetensorsFuzzTest {
  @TempDir static Path folder;

  @FuzzTest(maxDuration = "60s")
  void anyBytesAreReadOrRefused(byte[] bytes) throws IOException {
    readOrRefuse(bytes, folder.resolve("fuzzed.safetensors"));
  }

  /**
   * Returns whether the bytes are a safetensors file; anything but a plain refusal is thrown on.
   */
  static boolean readOrRefuse(byte[] bytes, Path path) throws IOException {
    Files.write(path, bytes);
    try (Scope scope = Scope.open();
        SafetensorsFile file = SafetensorsFile.open(path)) {
      file.names().forEach(name -> file.tensor(name).copy());
      return true;
    } catch (AttuneException e) {
      return false;
    }
  }
}
