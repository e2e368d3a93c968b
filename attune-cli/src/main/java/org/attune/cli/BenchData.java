package org.attune.cli;

import java.nio.file.Path;
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
        DataSource.of(folder.resolve("stsa.binary." + part).toString(), "text")
            .withFormat(DataSource.Format.LABEL_FIRST));
  }
}
