package org.attune.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.attune.data.DataSource;
import org.attune.data.Dataset;

/**
 * SST-2 as the reference's baseline reads it: stsa.binary.train and .test, a label and a text a
 * line.
 */
final class BenchData {
  private BenchData() {}

  static Dataset read(Path folder, String part) {
    return Dataset.read(
        new DataSource(
            folder.resolve("stsa.binary." + part).toString(),
            "text",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(DataSource.Format.LABEL_FIRST),
            List.of(),
            Map.of(),
            OptionalInt.empty(),
            Optional.empty()));
  }
}
