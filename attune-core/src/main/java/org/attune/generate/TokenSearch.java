package org.attune.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.attune.models.Decoding;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * One token after the other, never looking back: the most probable one, or one that is drawn. A row
 * that has ended leaves the batch.
 */
final class TokenSearch {
  private final Processors processors;
  private final Stopping stopping;
  private final Optional<Sampler> sampler;
  private final TokenListener listener;
  private final BooleanSupplier cancelled;

  /** A search that draws where there is a sampler. */
  TokenSearch(
      Processors processors,
      Stopping stopping,
      Optional<Sampler> sampler,
      TokenListener listener,
      BooleanSupplier cancelled) {
    this.processors = processors;
    this.stopping = stopping;
    this.sampler = sampler;
    this.listener = listener;
    this.cancelled = cancelled;
  }

  /** A row that goes on, and where its text belongs. */
  private record Row(int number, Sequence text) {}

  /**
   * Writes until every row has ended.
   *
   * @param decoding has read nothing
   * @param first [B, t] I64, what it reads first
   * @param starts B rows
   * @param choices texts a row
   * @return B times {@code choices} texts, those of a row together
   */
  Generated[] run(Decoding decoding, Tensor first, List<Sequence> starts, int choices) {
    List<Row> rows = rows(starts, choices);
    Generated[] results = new Generated[rows.size()];
    long[] tokens = {};
    while (!rows.isEmpty()) {
      try (Scope scope = Scope.open()) {
        boolean begin = tokens.length == 0;
        Tensor logits = decoding.next(begin ? first : Tensors.ofLongs(tokens, tokens.length, 1));
        if (begin && choices > 1) {
          long[] repeated = rows.stream().mapToLong(row -> row.number() / choices).toArray();
          decoding.reorder(repeated);
          logits = logits.indexSelect(0, Tensors.ofLongs(repeated, repeated.length));
        }
        tokens = choose(logits, rows.stream().map(Row::text).toList());
        long[] going = append(rows, tokens, choices, results);
        if (going.length < rows.size() && going.length > 0) {
          decoding.reorder(going);
        }
        rows = pick(rows, going);
        tokens = pick(tokens, going);
      }
      if (cancelled.getAsBoolean()) {
        rows.forEach(row -> results[row.number()] = result(row.text(), FinishReason.CANCELLED));
        rows = List.of();
      }
    }
    return results;
  }

  /** Every text of a prompt draws from a site of its own. */
  private static List<Row> rows(List<Sequence> starts, int choices) {
    List<Row> rows = new ArrayList<>();
    for (Sequence start : starts) {
      for (int choice = 0; choice < choices; choice++) {
        rows.add(new Row(rows.size(), start.fork(start.site() + choice)));
      }
    }
    return rows;
  }

  private long[] choose(Tensor logits, List<Sequence> rows) {
    Tensor scores = processors.apply(logits, rows); // [R, V]
    if (sampler.isEmpty()) {
      return scores.argmax(-1).toLongs();
    }
    List<Candidates> candidates = sampler.get().candidates(scores);
    return IntStream.range(0, rows.size())
        .mapToLong(row -> sampler.get().draw(candidates.get(row), rows.get(row)))
        .toArray();
  }

  /** Writes a token to each row; returns the rows that go on. */
  private long[] append(List<Row> rows, long[] tokens, int choices, Generated[] results) {
    long[] going = new long[rows.size()];
    int count = 0;
    for (int i = 0; i < tokens.length; i++) {
      Row row = rows.get(i);
      int token = (int) tokens[i];
      Optional<FinishReason> end = stopping.after(row.text(), token);
      row.text().append(token);
      listener.onToken(row.text().prompt(), row.number() % choices, token);
      if (end.isPresent()) {
        results[row.number()] = result(row.text(), end.get());
      } else {
        going[count++] = i;
      }
    }
    return Arrays.copyOf(going, count);
  }

  private static Generated result(Sequence text, FinishReason reason) {
    return new Generated(text.writtenIds(), 0, reason);
  }

  private static List<Row> pick(List<Row> rows, long[] chosen) {
    return Arrays.stream(chosen).mapToObj(i -> rows.get((int) i)).toList();
  }

  private static long[] pick(long[] tokens, long[] chosen) {
    return Arrays.stream(chosen).map(i -> tokens[(int) i]).toArray();
  }
}
