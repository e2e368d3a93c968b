package org.attune.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * How much more memory this process may take: what the machine has available, or less where a
 * container's limit is nearer (control groups, versions 1 and 2).
 */
public final class FreeMemory {
  /** What version 1 writes for no limit, and anything near it. */
  private static final long NO_LIMIT = 1L << 60;

  private final Path machine;
  private final Path groups;

  FreeMemory(Path machine, Path groups) {
    this.machine = machine;
    this.groups = groups;
  }

  /** Of this process; empty where the system does not tell. */
  public static OptionalLong bytes() {
    return new FreeMemory(Path.of("/proc/meminfo"), Path.of("/sys/fs/cgroup")).read();
  }

  OptionalLong read() {
    return Stream.of(
            available(),
            left("memory.max", "memory.current", "memory.stat", "inactive_file"),
            left(
                "memory/memory.limit_in_bytes",
                "memory/memory.usage_in_bytes",
                "memory/memory.stat",
                "total_inactive_file"))
        .flatMapToLong(OptionalLong::stream)
        .min();
  }

  private OptionalLong available() {
    return lines(machine).stream()
        .filter(line -> line.startsWith("MemAvailable:"))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .filter(number -> !number.isEmpty())
        .mapToLong(number -> Long.parseLong(number) * 1024)
        .findFirst();
  }

  /** The limit less what is used, of which file pages that nobody has read lately can go. */
  private OptionalLong left(
      String limitFile, String usedFile, String statFile, String reclaimable) {
    OptionalLong limit = number(limitFile);
    OptionalLong used = number(usedFile);
    if (limit.isEmpty() || limit.getAsLong() >= NO_LIMIT || used.isEmpty()) {
      return OptionalLong.empty(); // "max" is no number
    }
    long pages =
        lines(groups.resolve(statFile)).stream()
            .filter(line -> line.startsWith(reclaimable + " "))
            .mapToLong(line -> parse(line.substring(reclaimable.length())).orElse(0))
            .findFirst()
            .orElse(0);
    return OptionalLong.of(Math.max(0, limit.getAsLong() - used.getAsLong() + pages));
  }

  private OptionalLong number(String file) {
    return lines(groups.resolve(file)).stream()
        .findFirst()
        .map(FreeMemory::parse)
        .orElse(OptionalLong.empty());
  }

  private static OptionalLong parse(String text) {
    String digits = text.strip();
    return digits.matches("[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(digits))
        : OptionalLong.empty();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      return List.of(); // unknown, as on a system without such files
    }
  }
}
