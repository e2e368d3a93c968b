package org.attune.train.log;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Curves for TensorBoard ({@code tensorboard --logdir FOLDER}), under the names that transformers'
 * Trainer gives them: {@code train/loss}, {@code eval/accuracy} and so on.
 *
 * <p>The file is a row of TensorFlow's records: the length (64 bits, little endian) and its masked
 * CRC-32C, an Event message (tensorflow/core/util/event.proto) and its masked CRC-32C. A process
 * writes a file of its own; that of a resumed run begins with a session log that makes TensorBoard
 * forget later points of the run before.
 */
public final class TensorBoardLog extends CurveLog {
  private static final String FILE_VERSION = "brain.Event:2";
  private static final int CRC_MASK = 0xa282ead8;

  // Fields of Event, Summary, Summary.Value and SessionLog.
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int SESSION_LOG = 7;
  private static final int VALUE = 1;
  private static final int TAG = 1;
  private static final int SIMPLE_VALUE = 2;
  private static final int STATUS = 1;
  private static final int START = 1;

  private final Path folder;
  private FileChannel channel;

  /**
   * A file of events in a folder.
   *
   * @param every steps from one point of the training curves to the next
   * @param warnings told, once, that the file cannot be written
   */
  public TensorBoardLog(Path folder, int every, Consumer<String> warnings) {
    super(every, warnings);
    this.folder = folder;
  }

  @Override
  String name() {
    return folder.toString();
  }

  @Override
  void open(long firstStep) throws IOException {
    Files.createDirectories(folder);
    long millis = System.currentTimeMillis();
    String name =
        String.format(
            Locale.ROOT,
            "events.out.tfevents.%010d.attune.%d.%d",
            millis / 1000,
            ProcessHandle.current().pid(),
            millis % 1000);
    channel =
        FileChannel.open(
            folder.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    event(0, out -> out.writeString(VERSION, FILE_VERSION));
    if (firstStep > 0) {
      byte[] start = message(out -> out.writeEnum(STATUS, START));
      event(firstStep + 1, out -> out.writeByteArray(SESSION_LOG, start));
    }
  }

  @Override
  void write(Group group, long step, double epoch, Map<String, Double> numbers) throws IOException {
    String prefix = group.name().toLowerCase(Locale.ROOT) + "/";
    byte[] summary =
        message(
            out -> {
              value(out, prefix + "epoch", epoch);
              for (Map.Entry<String, Double> number : numbers.entrySet()) {
                value(out, prefix + number.getKey(), number.getValue());
              }
            });
    event(step, out -> out.writeByteArray(SUMMARY, summary));
  }

  private static void value(CodedOutputStream out, String tag, double number) throws IOException {
    byte[] value =
        message(
            inner -> {
              inner.writeString(TAG, tag);
              inner.writeFloat(SIMPLE_VALUE, (float) number);
            });
    out.writeByteArray(VALUE, value);
  }

  /** Writes the fields of a message. */
  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) throws IOException {
    var bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    fields.write(out);
    out.flush();
    return bytes.toByteArray();
  }

  private void event(long step, Fields what) throws IOException {
    byte[] event =
        message(
            out -> {
              out.writeDouble(WALL_TIME, System.currentTimeMillis() / 1000.0);
              out.writeInt64(STEP, step);
              what.write(out);
            });
    byte[] length =
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(event.length)
            .array();
    ByteBuffer all =
        ByteBuffer.allocate(length.length + event.length + 2 * Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(length)
            .putInt(maskedCrc(length))
            .put(event)
            .putInt(maskedCrc(event))
            .flip();
    while (all.hasRemaining()) {
      channel.write(all);
    }
  }

  private static int maskedCrc(byte[] bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK;
  }

  @Override
  void close() throws IOException {
    channel.close();
  }
}
