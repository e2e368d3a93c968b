package org.attune.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Resident memory of this process, native memory included, which Java's own counters leave out. */
public final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessMemory() {}

  /** The most bytes that were ever resident; empty where the system does not tell. */
  public static OptionalLong peakBytes() {
    return read("VmHWM:");
  }

  /** Bytes resident now; empty where the system does not tell. */
  public static OptionalLong residentBytes() {
    return read("VmRSS:");
  }

  private static OptionalLong read(String field) {
    if (!Files.isReadable(STATUS)) {
      return OptionalLong.empty();
    }
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(field)) {
          String kibibytes = line.substring(field.length()).replace("kB", "").strip();
          return OptionalLong.of(Long.parseLong(kibibytes) * 1024);
        }
      }
    } catch (IOException | NumberFormatException e) {
      // A figure for reports: without it the run is as good.
    }
    return OptionalLong.empty();
  }
}
