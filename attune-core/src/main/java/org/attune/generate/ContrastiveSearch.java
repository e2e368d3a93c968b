package org.attune.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.attune.models.Decoding;
import org.attune.models.LanguageModel;
import org.attune.tensor.DType;
import org.attune.tensor.Functional;
import org.attune.tensor.Scope;
import org.attune.tensor.Selection;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * Contrastive search (Su et al. 2022): of the k most probable tokens v the one with the highest
 *
 * <pre>{@code (1 - alpha) p(v) - alpha max_j cos(h_v, h_j)}</pre>
 *
 * where h_v is the hidden state that v would have and h_j are those of all tokens before it: what
 * is like what stands there already is marked down. The candidates of a row are read side by side.
 */
final class ContrastiveSearch {
  private static final double TINY = 1e-12;

  private final double alpha;
  private final int count; // k
  private final Processors processors;
  private final Stopping stopping;
  private final TokenListener listener;
  private final BooleanSupplier cancelled;

  ContrastiveSearch(
      GenerationConfig config,
      Processors processors,
      Stopping stopping,
      TokenListener listener,
      BooleanSupplier cancelled) {
    this.alpha = config.penaltyAlpha();
    this.count = config.sampling().topK();
    this.processors = processors;
    this.stopping = stopping;
    this.listener = listener;
    this.cancelled = cancelled;
  }

  /**
   * Rows that are being written, and what is known of them.
   *
   * @param texts R of them
   * @param padding states before each row's first token
   * @param context [R, T, D] F32, the states so far with a length of 1
   * @param last [R, D], the state behind which the next token stands
   */
  private record Rows(List<Sequence> texts, List<Integer> padding, Tensor context, Tensor last) {
    Rows keep() {
      context.keep();
      last.keep();
      return this;
    }

    void free() {
      context.close();
      last.close();
    }
  }

  /**
   * Writes until every row has ended.
   *
   * @param decoding has read nothing
   * @param head makes logits of states
   * @param first [B, t] I64, the prompts, padded on the left
   * @param starts B rows
   */
  Generated[] run(Decoding decoding, LanguageModel head, Tensor first, List<Sequence> starts) {
    Generated[] results = new Generated[starts.size()];
    Rows rows = read(decoding, first, starts);
    try {
      while (!rows.texts().isEmpty() && !cancelled.getAsBoolean()) {
        Rows next;
        try (Scope scope = Scope.open()) {
          next = step(decoding, head, rows, results).keep();
        }
        rows.free();
        rows = next;
      }
      rows.texts().forEach(text -> results[text.prompt()] = result(text, FinishReason.CANCELLED));
      return results;
    } finally {
      rows.free();
    }
  }

  private static Rows read(Decoding decoding, Tensor first, List<Sequence> starts) {
    int width = (int) first.size(1);
    try (Scope scope = Scope.open()) {
      Tensor states = decoding.states(first); // [B, t, D]
      List<Integer> padding = starts.stream().map(start -> width - start.start()).toList();
      List<Sequence> texts = starts.stream().map(Sequence::fork).toList();
      return new Rows(texts, padding, unit(states), states.select(1, width - 1).plus(0)).keep();
    }
  }

  private Rows step(Decoding decoding, LanguageModel head, Rows rows, Generated[] results) {
    int size = rows.texts().size();
    Tensor scores = processors.apply(head.logits(rows.last()), rows.texts()).to(DType.F32);
    int k = Math.min(count, (int) scores.size(1));
    Selection.Best best = Selection.top(Functional.softmax(scores, -1), k);
    long[] tokens = best.indices().toLongs(); // R k
    decoding.reorder(IntStream.range(0, size * k).mapToLong(i -> i / k).toArray());
    Tensor next = decoding.states(Tensors.ofLongs(tokens, tokens.length, 1)).select(1, 0);
    Tensor units = unit(next); // [R k, D]
    int[] chosen = choose(rows, best.values().toFloats(), units, k);
    List<Integer> going = append(rows, tokens, chosen, results);
    long[] places = going.stream().mapToLong(row -> chosen[row]).toArray();
    if (places.length == 0) {
      return new Rows(List.of(), List.of(), units.plus(0), units.plus(0));
    }
    decoding.reorder(places);
    Tensor index = Tensors.ofLongs(places, places.length);
    Tensor row = Tensors.ofLongs(going.stream().mapToLong(r -> r).toArray(), places.length);
    Tensor added = units.indexSelect(0, index).unsqueeze(1); // [R', 1, D]
    return new Rows(
        going.stream().map(rows.texts()::get).toList(),
        going.stream().map(rows.padding()::get).toList(),
        Tensor.cat(List.of(rows.context().indexSelect(0, row), added), 1),
        next.indexSelect(0, index));
  }

  /** For each row the place of its best candidate among all candidates. */
  private int[] choose(Rows rows, float[] probabilities, Tensor units, int k) {
    int length = (int) rows.context().size(1);
    Tensor candidates = units.reshape(rows.texts().size(), k, units.size(1)); // [R, k, D]
    float[] cosines = candidates.matmul(rows.context().transpose(1, 2)).toFloats(); // [R, k, T]
    int[] chosen = new int[rows.texts().size()];
    for (int row = 0; row < chosen.length; row++) {
      double highest = Double.NEGATIVE_INFINITY;
      chosen[row] = row * k; // the most probable one, should all others be forbidden
      for (int at = row * k; at < (row + 1) * k; at++) {
        double like = Double.NEGATIVE_INFINITY;
        for (int place = rows.padding().get(row); place < length; place++) {
          like = Math.max(like, cosines[at * length + place]);
        }
        double score = (1 - alpha) * probabilities[at] - alpha * like;
        if (probabilities[at] > 0 && score > highest) { // 0 is what a rule forbids
          highest = score;
          chosen[row] = at;
        }
      }
    }
    return chosen;
  }

  /** Writes a token to each row; returns the rows that go on. */
  private List<Integer> append(Rows rows, long[] tokens, int[] chosen, Generated[] results) {
    List<Integer> going = new ArrayList<>();
    for (int row = 0; row < chosen.length; row++) {
      Sequence text = rows.texts().get(row);
      int token = (int) tokens[chosen[row]];
      Optional<FinishReason> end = stopping.after(text, token);
      text.append(token);
      listener.onToken(text.prompt(), 0, token);
      if (end.isPresent()) {
        results[text.prompt()] = result(text, end.get());
      } else {
        going.add(row);
      }
    }
    return going;
  }

  private static Generated result(Sequence text, FinishReason reason) {
    return new Generated(text.writtenIds(), 0, reason);
  }

  /** States [.., D] with a length of 1, in F32. */
  private static Tensor unit(Tensor states) {
    Tensor full = states.to(DType.F32);
    long[] one = full.shape().toArray();
    one[one.length - 1] = 1;
    return full.div(full.times(full).sum(-1).plus(TINY).sqrt().reshape(one));
  }
}
