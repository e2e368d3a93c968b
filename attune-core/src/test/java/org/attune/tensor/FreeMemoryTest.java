package org.attune.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The nearer of the machine's and the container's limit, from files as the kernel writes them. */
class FreeMemoryTest {
  private static final long MB = 1 << 20;

  @TempDir Path folder;
  private Path machine;
  private Path groups;

  @BeforeEach
  void machineWithEightThousandMegabytes() throws IOException {
    machine = folder.resolve("meminfo");
    groups = folder.resolve("cgroup");
    Files.createDirectories(groups.resolve("memory"));
    Files.writeString(
        machine, "MemTotal:       16384000 kB\nMemAvailable:    8192000 kB\nBuffers: 1 kB\n");
  }

  private OptionalLong free() {
    return new FreeMemory(machine, groups).read();
  }

  @Test
  void withoutALimitItIsWhatTheMachineHas() throws IOException {
    assertThat(free()).hasValue(8192000L * 1024);
    Files.writeString(groups.resolve("memory.max"), "max\n");
    Files.writeString(groups.resolve("memory.current"), "1000000\n");
    assertThat(free()).hasValue(8192000L * 1024);
  }

  @Test
  void versionTwosLimitLessWhatIsUsedAndCannotGo() throws IOException {
    Files.writeString(groups.resolve("memory.max"), 1000 * MB + "\n");
    Files.writeString(groups.resolve("memory.current"), 600 * MB + "\n");
    Files.writeString(groups.resolve("memory.stat"), "anon 1\ninactive_file " + 100 * MB + "\n");
    assertThat(free()).hasValue(500 * MB);
  }

  @Test
  void versionOnesLimitTooButNotItsNumberForNone() throws IOException {
    Files.writeString(groups.resolve("memory/memory.limit_in_bytes"), "9223372036854771712\n");
    Files.writeString(groups.resolve("memory/memory.usage_in_bytes"), 600 * MB + "\n");
    assertThat(free()).hasValue(8192000L * 1024);
    Files.writeString(groups.resolve("memory/memory.limit_in_bytes"), 700 * MB + "\n");
    assertThat(free()).hasValue(100 * MB);
  }

  @Test
  void aSystemThatDoesNotTellIsUnknown() throws IOException {
    Files.delete(machine);
    assertThat(free()).isEmpty();
    Files.writeString(machine, "MemAvailable: lots\n");
    assertThat(free()).isEmpty();
  }
}
