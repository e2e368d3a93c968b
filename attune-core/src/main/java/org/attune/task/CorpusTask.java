package org.attune.task;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.data.CorpusTokenizer;
import org.attune.data.Dataset;
import org.attune.data.TextSource;
import org.attune.data.TokenFile;
import org.attune.models.Head;
import org.attune.text.Tokenizer;
import org.attune.train.Encoded;

/** Language modelling on running text. */
public abstract class CorpusTask extends LanguageModelTask {
  private final int maxLength;
  private final long seed;

  CorpusTask(Tokenizer tokenizer, Head head, int maxLength, long seed) {
    super(tokenizer, head);
    if (maxLength < 4) {
      throw new UsageException("task: max_length is " + maxLength + ", expected at least 4");
    }
    this.maxLength = maxLength;
    this.seed = seed;
  }

  final int maxLength() {
    return maxLength;
  }

  /** Of everything chance decides. */
  final long seed() {
    return seed;
  }

  /** How lines and documents become tokens. */
  abstract CorpusTokenizer.Settings settings();

  /** Rows over a text; the file must stay open as long as they are used. */
  public abstract Encoded encode(TokenFile text);

  /**
   * Tokenizes text of any size into a file.
   *
   * @param folder where the file lies while it is open; about four bytes a token
   */
  public final TokenFile read(List<TextSource> sources, Path folder) {
    return CorpusTokenizer.write(sources, tokenizer(), settings(), folder);
  }

  /** Rows over the texts of a data set, each a document. */
  @Override
  public Encoded encode(Dataset data) {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    return encode(CorpusTokenizer.write(data, tokenizer(), settings(), temporary));
  }

  /** The token a tokenizer must have for the task. */
  static int required(OptionalInt id, String token, String why) {
    return id.orElseThrow(
        () ->
            new AttuneException(
                "task: the tokenizer has no " + token + " token, which " + why + " needs"));
  }

  /** Full rows of a text, one after the other; a last one that is not full is left out. */
  final Encoded blocks(TokenFile text, int block, int rowLength, BlockMaker maker) {
    long count = text.size() / block;
    if (count == 0) {
      throw new AttuneException(
          String.format(
              "data: the text has %d tokens, fewer than one row of %d; lower max_length, give more"
                  + " text, or set packing: none",
              text.size(), block));
    }
    return new LanguageRows(
        rows(count),
        row -> rowLength,
        tokenizer().padId(),
        (row, epoch) -> maker.make(text.read((long) row * block, block), row, epoch));
  }

  /** A row a document, cut to a number of tokens of text. */
  final Encoded documents(TokenFile text, int longest, int extra, BlockMaker maker) {
    IntFunction<long[]> bounds =
        document -> {
          long from = text.lineStart(text.documentStart(document));
          long to = text.lineStart(text.documentStart(document + 1L));
          return new long[] {from, Math.min(to - from, longest)};
        };
    return new LanguageRows(
        rows(text.documents()),
        row -> (int) bounds.apply(row)[1] + extra,
        tokenizer().padId(),
        (row, epoch) -> {
          long[] at = bounds.apply(row);
          return maker.make(text.read(at[0], (int) at[1]), row, epoch);
        });
  }

  private static int rows(long count) {
    if (count > Integer.MAX_VALUE - 8) {
      throw new AttuneException(
          "data: the text makes " + count + " rows, more than 2^31; raise max_length or split it");
    }
    return (int) count;
  }

  /** From a piece of text to a row. */
  @FunctionalInterface
  interface BlockMaker {
    LanguageRow make(TokenFile.Tokens text, int row, int epoch);
  }
}
