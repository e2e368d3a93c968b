package org.attune.data;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.attune.AttuneException;
import org.attune.text.Encoding;
import org.attune.text.Tokenizer;

/**
 * From running text to a {@link TokenFile}: one thread reads ahead, the others tokenize, and what
 * is ready is written in the order of the text. Memory holds a few blocks of lines and no more.
 */
public final class CorpusTokenizer {
  private static final int BLOCK_LINES = 1024;
  private static final int BLOCK_CHARACTERS = 1 << 20;

  /**
   * How lines and documents become tokens.
   *
   * @param lineBreaks whether a line keeps the line break that divides it from the next one of its
   *     document
   * @param documentEnd token after each document; empty for none
   */
  public record Settings(boolean lineBreaks, OptionalInt documentEnd) {}

  /** A line, or with no text the end of a document. */
  private record Piece(String text, boolean documentEnd) {}

  @SuppressWarnings("ArrayRecordComponent") // passed on once
  private record Tokenized(int[] ids, boolean[] starts, boolean documentEnd) {}

  private final Tokenizer tokenizer;
  private final Settings settings;
  private final TokenFile.Writer writer;
  private final ExecutorService threads;
  private final int ahead;
  private final Deque<Future<List<Tokenized>>> underWay = new ArrayDeque<>();
  private List<Piece> block = new ArrayList<>();
  private int characters;

  private final TextStream.Sink sink =
      new TextStream.Sink() {
        private boolean begun;

        @Override
        public void line(String text) {
          add(new Piece(begun && settings.lineBreaks() ? "\n" + text : text, false));
          begun = true;
        }

        @Override
        public void endDocument() {
          add(new Piece("", true));
          begun = false;
        }
      };

  private CorpusTokenizer(
      Tokenizer tokenizer, Settings settings, Path folder, ExecutorService threads, int ahead) {
    this.tokenizer = tokenizer.truncateTo(Integer.MAX_VALUE);
    this.settings = settings;
    this.writer = new TokenFile.Writer(folder);
    this.threads = threads;
    this.ahead = ahead;
  }

  /**
   * Tokenizes several sources one after the other.
   *
   * @param folder where the token file lies while it is open; it needs about four bytes a token
   * @throws AttuneException when the sources hold no text, or a file is not what it should be
   */
  public static TokenFile write(
      List<TextSource> sources, Tokenizer tokenizer, Settings settings, Path folder) {
    return write(
        sources.stream().map(TextSource::path).toList(),
        tokenizer,
        settings,
        folder,
        corpus -> sources.forEach(corpus::read));
  }

  private static TokenFile write(
      List<String> names,
      Tokenizer tokenizer,
      Settings settings,
      Path folder,
      Consumer<CorpusTokenizer> read) {
    int cores = Runtime.getRuntime().availableProcessors();
    ExecutorService threads =
        Executors.newFixedThreadPool(
            cores,
            task -> {
              Thread thread = new Thread(task, "tokenizer");
              thread.setDaemon(true);
              return thread;
            });
    try {
      var corpus = new CorpusTokenizer(tokenizer, settings, folder, threads, 2 * cores);
      read.accept(corpus);
      TokenFile file = corpus.finish();
      if (file.size() == 0) {
        file.close();
        throw new AttuneException(
            "data: " + Rows.list(names) + " has no text: all its lines are blank");
      }
      return file;
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * Tokenizes the texts of a data set, each a document.
   *
   * @param folder as for sources
   */
  public static TokenFile write(Dataset data, Tokenizer tokenizer, Settings settings, Path folder) {
    return write(
        List.of(data.name()),
        tokenizer,
        settings,
        folder,
        corpus ->
            data.examples()
                .forEach(
                    example -> {
                      example.text().lines().forEach(corpus.sink::line);
                      corpus.sink.endDocument();
                    }));
  }

  private void read(TextSource source) {
    TextStream.read(source, sink);
  }

  private void add(Piece piece) {
    block.add(piece);
    characters += piece.text().length();
    if (block.size() >= BLOCK_LINES || characters >= BLOCK_CHARACTERS) {
      submit();
    }
  }

  private void submit() {
    List<Piece> pieces = block;
    underWay.add(threads.submit(() -> pieces.stream().map(this::tokenize).toList()));
    block = new ArrayList<>();
    characters = 0;
    while (underWay.size() > ahead) {
      write(underWay.remove());
    }
  }

  /** The line's own tokens: those a template puts around a text do not belong inside one. */
  private Tokenized tokenize(Piece piece) {
    if (piece.documentEnd()) {
      return new Tokenized(new int[0], new boolean[0], true);
    }
    Encoding encoding = tokenizer.encode(piece.text());
    int count = 0;
    int[] ids = new int[encoding.length()];
    boolean[] starts = new boolean[encoding.length()];
    for (int i = 0; i < encoding.length(); i++) {
      if (encoding.sequenceIds()[i] >= 0) {
        int word = encoding.wordIds()[i];
        ids[count] = encoding.ids()[i];
        starts[count] = word < 0 || i == 0 || encoding.wordIds()[i - 1] != word;
        count++;
      }
    }
    return new Tokenized(Arrays.copyOf(ids, count), Arrays.copyOf(starts, count), false);
  }

  private void write(Future<List<Tokenized>> result) {
    try {
      result.get().forEach(this::write);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AttuneException("data: tokenizing was interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AttuneException known) {
        throw known;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private void write(Tokenized piece) {
    if (piece.documentEnd()) {
      settings.documentEnd().ifPresent(writer::separator);
      writer.endDocument();
      return;
    }
    for (int i = 0; i < piece.ids().length; i++) {
      writer.token(piece.ids()[i], piece.starts()[i]);
    }
    writer.endLine();
  }

  private TokenFile finish() {
    submit();
    while (!underWay.isEmpty()) {
      write(underWay.remove());
    }
    return writer.finish();
  }
}
