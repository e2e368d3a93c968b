package org.attune.text.trainer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.attune.AttuneException;
import org.attune.text.PreTokenizer;

/**
 * How often each word occurs, of text of any length: lines are split and counted on all cores while
 * more are read, and only the different words stay.
 *
 * <p>Real text keeps bringing new words, most of them once. Beyond a bound the rarest are
 * forgotten, as word2vec does: no merge rests on them.
 */
final class WordCounts implements AutoCloseable {
  private static final int BLOCK_LINES = 1024;
  private static final int BLOCK_CHARACTERS = 1 << 18;

  private final PreTokenizer preTokenizer;
  private final int maxWords;
  private final TrainingWatch watch;
  private final ConcurrentHashMap<String, Long> counts = new ConcurrentHashMap<>();
  private final Deque<Future<?>> underWay = new ArrayDeque<>();
  private final ExecutorService threads;
  private final int ahead;
  private List<String> block = new ArrayList<>();
  private int characters;

  WordCounts(PreTokenizer preTokenizer, int maxWords, TrainingWatch watch) {
    this.preTokenizer = preTokenizer;
    this.maxWords = maxWords;
    this.watch = watch;
    int cores = Runtime.getRuntime().availableProcessors();
    ahead = 2 * cores;
    threads =
        Executors.newFixedThreadPool(
            cores,
            task -> {
              Thread thread = new Thread(task, "word-counts");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Adds a text; returns once few enough texts wait to be counted. */
  void add(String text) {
    block.add(text);
    characters += text.length();
    if (block.size() >= BLOCK_LINES || characters >= BLOCK_CHARACTERS) {
      submit();
    }
  }

  private void submit() {
    List<String> texts = block;
    underWay.add(threads.submit(() -> count(texts)));
    block = new ArrayList<>();
    characters = 0;
    while (underWay.size() > ahead) {
      await(underWay.remove());
    }
    if (counts.mappingCount() > maxWords) {
      finishUnderWay();
      forgetRareWords();
    }
  }

  private void count(List<String> texts) {
    Map<String, Long> found = new HashMap<>();
    for (String text : texts) {
      for (String word : preTokenizer.words(text)) {
        found.merge(word, 1L, Long::sum);
      }
    }
    found.forEach((word, count) -> counts.merge(word, count, Long::sum));
  }

  private void forgetRareWords() {
    int before = counts.size();
    long least = 0;
    while (counts.size() > maxWords / 2) {
      long rare = ++least;
      counts.values().removeIf(count -> count <= rare);
    }
    watch.onWarning(
        String.format(
            "more than %,d different words: forgot %,d that came at most %,d times so far"
                + " (more are kept with a larger max_words, if memory allows)",
            maxWords, before - counts.size(), least));
  }

  private static void await(Future<?> task) {
    try {
      task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AttuneException("text: counting words was interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AttuneException known) {
        throw known;
      }
      if (e.getCause() instanceof OutOfMemoryError full) {
        throw full;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private void finishUnderWay() {
    while (!underWay.isEmpty()) {
      await(underWay.remove());
    }
  }

  /** The words in alphabetical order of their UTF-16 units, so that a run can be repeated. */
  List<Word> sorted() {
    submit();
    finishUnderWay();
    return counts.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> new Word(entry.getKey(), entry.getValue()))
        .toList();
  }

  /** A word and how often it occurs. */
  record Word(String text, long count) {}

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
