package org.attune.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.attune.UsageException;
import org.attune.train.Callback;
import org.attune.train.log.CsvLog;
import org.attune.train.log.TensorBoardLog;

/**
 * Training curves in files, in the folder {@code logs} of the output.
 *
 * @param every steps from one point to the next
 * @param csv whether as tables
 * @param tensorboard whether for TensorBoard
 */
public record LogPart(int every, boolean csv, boolean tensorboard) {
  private static final String FOLDER = "logs";

  public LogPart {
    if (!csv && !tensorboard) {
      throw new UsageException("'train.log' asks for nothing; set csv or tensorboard to true");
    }
  }

  List<Callback> callbacks(Path output, Consumer<String> warnings) {
    List<Callback> callbacks = new ArrayList<>();
    Path folder = output.resolve(FOLDER);
    if (csv) {
      callbacks.add(new CsvLog(folder, every, warnings));
    }
    if (tensorboard) {
      callbacks.add(new TensorBoardLog(folder, every, warnings));
    }
    return callbacks;
  }
}
