package org.attune.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attune.models.Decoding;
import org.attune.models.GenerativeModel;
import org.attune.models.ModelInput;
import org.attune.nn.OutputEmbeddings;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/** A model whose logits are a function of the tokens read, without padding. */
final class ScriptedModel implements GenerativeModel {
  /** The logits [V] of the token behind a text. */
  interface Script {
    float[] after(List<Integer> text);
  }

  private final int vocabulary;
  private final boolean encoderDecoder;
  private final Script script;
  private int reads;
  private int largestBatch;

  ScriptedModel(int vocabulary, boolean encoderDecoder, Script script) {
    this.vocabulary = vocabulary;
    this.encoderDecoder = encoderDecoder;
    this.script = script;
  }

  int vocabulary() {
    return vocabulary;
  }

  int reads() {
    return reads;
  }

  int largestBatch() {
    return largestBatch;
  }

  @Override
  public boolean encoderDecoder() {
    return encoderDecoder;
  }

  @Override
  public Tensor hidden(ModelInput input) {
    throw new UnsupportedOperationException();
  }

  @Override
  public OutputEmbeddings outputEmbeddings() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Decoding decode(ModelInput prompts, int capacity) {
    return new ScriptedDecoding(prompts, capacity);
  }

  private final class ScriptedDecoding implements Decoding {
    private final int capacity;
    private final List<Integer> padding = new ArrayList<>();
    private List<List<Integer>> rows = new ArrayList<>();

    ScriptedDecoding(ModelInput prompts, int capacity) {
      this.capacity = capacity;
      int width = (int) prompts.ids().size(1);
      for (int row = 0; row < prompts.ids().size(0); row++) {
        List<Integer> encoder = new ArrayList<>();
        int pads = 0;
        for (int i = 0; i < width; i++) {
          int column = i;
          int at = row;
          boolean real =
              prompts
                  .mask()
                  .map(mask -> mask.select(0, at).select(0, column).item() == 1)
                  .orElse(true);
          if (!real) {
            pads++;
          } else if (encoderDecoder) {
            encoder.add((int) prompts.ids().select(0, row).select(0, i).item());
          }
        }
        padding.add(encoderDecoder ? 0 : pads);
        rows.add(encoder);
      }
    }

    @Override
    public Tensor next(Tensor ids) {
      reads++;
      int width = (int) ids.size(1);
      long[] flat = ids.toLongs();
      largestBatch = Math.max(largestBatch, rows.size());
      if (ids.size(0) != rows.size()) {
        throw new IllegalStateException(ids.size(0) + " rows, expected " + rows.size());
      }
      float[] logits = new float[rows.size() * vocabulary];
      for (int row = 0; row < rows.size(); row++) {
        int skip = width > 1 ? padding.get(row) : 0;
        for (int i = skip; i < width; i++) {
          rows.get(row).add((int) flat[row * width + i]);
        }
        if (rows.get(row).size() > capacity + 64) {
          throw new IllegalStateException("more than " + capacity);
        }
        System.arraycopy(script.after(rows.get(row)), 0, logits, row * vocabulary, vocabulary);
      }
      return Tensors.ofFloats(logits, rows.size(), vocabulary);
    }

    @Override
    public void reorder(long[] chosen) {
      rows =
          new ArrayList<>(
              Arrays.stream(chosen)
                  .mapToObj(row -> (List<Integer>) new ArrayList<>(rows.get((int) row)))
                  .toList());
    }

    @Override
    public void reorder(long[] chosen, int unchanged) {
      List<List<Integer>> before = rows;
      reorder(chosen);
      for (int row = 0; row < rows.size(); row++) {
        int pads = encoderDecoder ? 0 : padding.get(0);
        int same = Math.max(0, Math.min(unchanged - pads, rows.get(row).size()));
        if (!encoderDecoder
            && padding.stream().distinct().count() == 1
            && !before.get(row).subList(0, same).equals(rows.get(row).subList(0, same))) {
          throw new IllegalStateException("the first " + unchanged + " tokens differ");
        }
      }
    }

    @Override
    public void close() {}
  }
}
