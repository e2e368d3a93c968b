package org.attune.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.data.Target;
import org.attune.text.Encoding;
import org.attune.text.Tokenizer;
import org.attune.train.Encoded;

/** Texts, or pairs of texts read as one sequence, as token ids. */
final class EncodedTexts implements Encoded {
  private final List<Encoding> encodings;
  private final List<Target> targets;
  private final int padId;

  private EncodedTexts(List<Encoding> encodings, List<Target> targets, int padId) {
    this.encodings = encodings;
    this.targets = targets;
    this.padId = padId;
  }

  static EncodedTexts of(Dataset data, Tokenizer tokenizer) {
    List<String> texts = data.examples().stream().map(Example::text).toList();
    List<Encoding> encodings =
        data.hasPairs()
            ? tokenizer.encodePairs(
                texts, data.examples().stream().map(e -> e.pair().orElse("")).toList())
            : tokenizer.encodeAll(texts);
    return new EncodedTexts(
        encodings, data.examples().stream().map(Example::target).toList(), tokenizer.padId());
  }

  @Override
  public int size() {
    return encodings.size();
  }

  @Override
  public int length(int row) {
    return encodings.get(row).length();
  }

  @Override
  public Batch batch(int[] rows) {
    List<Encoding> chosen = new ArrayList<>(rows.length);
    List<Target> answers = new ArrayList<>(rows.length);
    for (int row : rows) {
      chosen.add(encodings.get(row));
      answers.add(targets.get(row));
    }
    return Batch.of(chosen, answers, padId, rows);
  }

  Target target(int row) {
    return targets.get(row);
  }

  /** Whether another tokenizer made the same ids of a row. */
  boolean sameTokens(EncodedTexts other, int row) {
    return Arrays.equals(encodings.get(row).ids(), other.encodings.get(row).ids());
  }

  /** Rows that were cut to fit. */
  long truncated() {
    return encodings.stream().filter(Encoding::truncated).count();
  }
}
