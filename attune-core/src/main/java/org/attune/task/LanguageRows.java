package org.attune.task;

import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.attune.data.Batch;
import org.attune.data.Target;
import org.attune.train.Encoded;

/** Rows that are made when they are asked for, a function of row and epoch. */
final class LanguageRows implements Encoded {
  /** Makes a row; the same arguments give the same row. */
  @FunctionalInterface
  interface Maker {
    LanguageRow make(int row, int epoch);
  }

  private final int size;
  private final IntUnaryOperator lengths;
  private final int padId;
  private final Maker maker;

  LanguageRows(int size, IntUnaryOperator lengths, int padId, Maker maker) {
    this.size = size;
    this.lengths = lengths;
    this.padId = padId;
    this.maker = maker;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int length(int row) {
    return lengths.applyAsInt(row);
  }

  @Override
  public Batch batch(int[] rows) {
    return batch(rows, 0);
  }

  @Override
  public Batch batch(int[] numbers, int epoch) {
    List<LanguageRow> rows = IntStream.of(numbers).mapToObj(row -> maker.make(row, epoch)).toList();
    List<Target> targets = rows.stream().flatMap(row -> row.target().stream()).toList();
    Batch batch =
        Batch.ofIds(rows.stream().map(LanguageRow::ids).toList(), targets, padId, numbers);
    if (rows.get(0).decoderIds().length > 0) {
      batch = batch.withDecoder(rows.stream().map(LanguageRow::decoderIds).toList(), padId);
    }
    batch = batch.withLabels(rows.stream().map(LanguageRow::labels).toList());
    if (rows.get(0).typeIds().length > 0) {
      batch = batch.withTypeIds(typeIds(rows, batch.length()));
    }
    return rows.get(0).segments().length > 0
        ? batch.withPacking(packing(rows, batch.length()))
        : batch;
  }

  private static long[] typeIds(List<LanguageRow> rows, int length) {
    long[] types = new long[rows.size() * length];
    for (int r = 0; r < rows.size(); r++) {
      int[] row = rows.get(r).typeIds();
      for (int t = 0; t < row.length; t++) {
        types[r * length + t] = row[t];
      }
    }
    return types;
  }

  private static Batch.Packing packing(List<LanguageRow> rows, int length) {
    long[] positions = new long[rows.size() * length];
    int[] segments = new int[positions.length];
    for (int r = 0; r < rows.size(); r++) {
      int[] row = rows.get(r).segments();
      for (int t = 0; t < length; t++) {
        int at = r * length + t;
        segments[at] = t < row.length ? row[t] : -1;
        boolean goesOn = t > 0 && segments[at] == segments[at - 1] && t < row.length;
        positions[at] = goesOn ? positions[at - 1] + 1 : 0;
      }
    }
    return new Batch.Packing(positions, segments);
  }
}
