package org.attune.train.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attune.checkpoint.AtomicFiles;

/**
 * Two tables with a row a point: {@code train.csv} with step, epoch, loss, learning_rate, grad_norm
 * and examples_per_second, and {@code eval.csv} with step, epoch and every metric.
 */
public final class CsvLog extends CurveLog {
  private final Path folder;
  private final Map<Group, Boolean> hasHeader = new EnumMap<>(Group.class);

  /**
   * Tables in a folder.
   *
   * @param every steps from one row of train.csv to the next
   * @param warnings told, once, that a table cannot be written
   */
  public CsvLog(Path folder, int every, Consumer<String> warnings) {
    super(every, warnings);
    this.folder = folder;
  }

  private Path file(Group group) {
    return folder.resolve(group == Group.TRAIN ? "train.csv" : "eval.csv");
  }

  @Override
  String name() {
    return folder.toString();
  }

  @Override
  void open(long firstStep) throws IOException {
    Files.createDirectories(folder);
    for (Group group : Group.values()) {
      Path file = file(group);
      hasHeader.put(group, false);
      if (firstStep == 0) {
        Files.deleteIfExists(file);
      } else if (Files.exists(file)) {
        List<String> kept = kept(Files.readAllLines(file), firstStep);
        hasHeader.put(group, !kept.isEmpty());
        AtomicFiles.write(
            file, kept.stream().map(line -> line + "\n").collect(Collectors.joining()));
      }
    }
  }

  /** The header, and the rows up to a step. */
  private static List<String> kept(List<String> lines, long lastStep) {
    return Stream.concat(
            lines.stream().limit(1),
            lines.stream()
                .skip(1)
                .filter(line -> line.matches("\\d{1,18},.*"))
                .filter(line -> Long.parseLong(line.substring(0, line.indexOf(','))) <= lastStep))
        .toList();
  }

  @Override
  void write(Group group, long step, double epoch, Map<String, Double> numbers) throws IOException {
    StringBuilder text = new StringBuilder();
    if (!hasHeader.get(group)) {
      text.append("step,epoch,").append(String.join(",", numbers.keySet())).append('\n');
      hasHeader.put(group, true);
    }
    text.append(step).append(',').append(epoch);
    numbers.values().forEach(number -> text.append(',').append(number));
    Files.writeString(
        file(group), text.append('\n'), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Override
  void close() {}
}
