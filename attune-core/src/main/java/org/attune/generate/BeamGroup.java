package org.attune.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The texts of one prompt that are followed together, and those that have ended: the bookkeeping of
 * transformers' {@code _beam_search} for one prompt, in the same single precision, so that equal
 * scores give equal decisions. With diverse beams there is one for each group.
 */
final class BeamGroup {
  /** Where transformers puts what must not win; texts that are not there score this. */
  private static final float NEVER_CHOSEN = -1.0e9f;

  /** No seat, or a row that nothing sits in. */
  private static final int FREE = -1;

  /**
   * A way to go on.
   *
   * @param beam number of the running text
   * @param token behind it
   * @param score log-probability of the whole
   */
  record Choice(int beam, int token, float score) {
    /** Best first; equal ones in the order of the flattened scores. */
    static final Comparator<Choice> ORDER =
        Comparator.comparingDouble((Choice choice) -> -choice.score())
            .thenComparingInt(Choice::beam)
            .thenComparingInt(Choice::token);
  }

  private final int width;
  private final Beams settings;
  private final Stopping stopping;
  private final List<Generated> finished = new ArrayList<>(); // best first, at most width
  private List<Sequence> running; // best first
  private float[] scores;
  private final int[] seats; // of each running text: which of the group's decoder rows has read it
  private boolean improvable = true;
  private boolean open = true;

  /**
   * A group that has written nothing.
   *
   * @param width texts it follows
   */
  BeamGroup(Sequence start, int width, Beams settings, Stopping stopping) {
    this.width = width;
    this.settings = settings;
    this.stopping = stopping;
    this.running = Collections.nCopies(width, start);
    this.scores = new float[width];
    this.seats = IntStream.range(0, width).toArray();
    // Only the first counts at first: all begin alike.
    Arrays.fill(scores, 1, width, NEVER_CHOSEN);
  }

  /** Whether it still looks for better texts. */
  boolean open() {
    return open;
  }

  /** The running texts in the order of the decoder's rows. */
  List<Sequence> rows() {
    Sequence[] rows = new Sequence[width];
    for (int beam = 0; beam < width; beam++) {
      rows[seats[beam]] = running.get(beam);
    }
    return List.of(rows);
  }

  /** The group's row of the decoder that has read a running text, from 0. */
  int seat(int beam) {
    return seats[beam];
  }

  float score(int beam) {
    return scores[beam];
  }

  /** Ways to go on that it wants to see a step: enough to go on when the best ones end. */
  int wanted() {
    return Math.max(2, 1 + stopping.eos().eosTokenId().size()) * width;
  }

  /**
   * Goes on with the best choices that do not end, and takes up those that do.
   *
   * @param choices best first
   * @return for each of the group's decoder rows the one it goes on from
   */
  int[] advance(List<Choice> choices) {
    List<Choice> kept = new ArrayList<>();
    List<Choice> ended = new ArrayList<>();
    int written = running.get(0).written() + 1;
    List<Generated> newlyFinished = new ArrayList<>();
    for (int rank = 0; rank < choices.size(); rank++) {
      Choice choice = choices.get(rank);
      Optional<FinishReason> end = stopping.after(running.get(choice.beam()), choice.token());
      if (end.isEmpty()) {
        kept.add(choice);
        continue;
      }
      ended.add(new Choice(choice.beam(), choice.token(), choice.score() + NEVER_CHOSEN));
      // What ends further down the list was only there to have enough to go on with.
      if (rank < width) {
        newlyFinished.add(result(choice, written, end.get()));
      }
    }
    boolean allEnded = kept.isEmpty();
    kept.addAll(ended);
    int[] origins = sit(follow(kept.subList(0, Math.min(width, kept.size()))));
    finish(newlyFinished);
    improvable &= best(written) > (full() ? (float) finished.get(width - 1).score() : NEVER_CHOSEN);
    open = improvable && !(full() && settings.earlyStopping() == EarlyStopping.TRUE) && !allEnded;
    return origins;
  }

  /**
   * Gives every text a row of the decoder: the one its parent sat in, where no better text has
   * taken that already, else the row of one that nothing goes on from. So only as many rows change
   * as texts were given up.
   *
   * @param parents for each running text the number of the one it goes on from
   * @return for each row the one it goes on from
   */
  private int[] sit(int[] parents) {
    int[] before = seats.clone();
    int[] origins = new int[width];
    Arrays.fill(origins, FREE);
    for (int beam = 0; beam < width; beam++) {
      int seat = before[parents[beam]];
      seats[beam] = origins[seat] == FREE ? seat : FREE;
      origins[seat] = seat;
    }
    int free = 0;
    for (int beam = 0; beam < width; beam++) {
      if (seats[beam] == FREE) {
        while (origins[free] != FREE) {
          free++;
        }
        seats[beam] = free;
        origins[free] = before[parents[beam]];
      }
    }
    return origins;
  }

  private int[] follow(List<Choice> chosen) {
    int[] parents = new int[width];
    List<Sequence> next = new ArrayList<>(width);
    float[] nextScores = new float[width];
    for (int beam = 0; beam < width; beam++) {
      // A vocabulary too small for the beams leaves some without a way: they double the last.
      Choice choice = chosen.get(Math.min(beam, chosen.size() - 1));
      Sequence text = running.get(choice.beam()).fork();
      text.append(choice.token());
      next.add(text);
      parents[beam] = choice.beam();
      nextScores[beam] = beam < chosen.size() ? choice.score() : NEVER_CHOSEN;
    }
    running = next;
    scores = nextScores;
    return parents;
  }

  private void finish(List<Generated> candidates) {
    boolean closed = full() && settings.earlyStopping() == EarlyStopping.TRUE;
    if (closed || !improvable) {
      return;
    }
    for (Generated candidate : candidates) {
      if (candidate.score() > NEVER_CHOSEN) {
        finished.add(candidate);
      }
    }
    finished.sort(Comparator.comparingDouble(text -> -text.score())); // stable: the earlier wins
    while (finished.size() > width) {
      finished.remove(width);
    }
  }

  private Generated result(Choice choice, int written, FinishReason reason) {
    Sequence text = running.get(choice.beam()).fork();
    text.append(choice.token());
    return new Generated(text.writtenIds(), penalized(choice.score(), written), reason);
  }

  private float penalized(float score, int length) {
    return score / (float) Math.pow(length, settings.lengthPenalty());
  }

  /** The best score a running text could end with, by the heuristic that early_stopping picks. */
  private float best(int written) {
    boolean longest =
        settings.earlyStopping() == EarlyStopping.NEVER && settings.lengthPenalty() > 0;
    return penalized(scores[0], longest ? running.get(0).limit() : written);
  }

  private boolean full() {
    return finished.size() >= width;
  }

  /**
   * The best texts, best first: those that ended, and running ones where there are too few.
   *
   * @param reason why the running ones end here
   */
  List<Generated> results(int count, FinishReason reason) {
    List<Generated> results = new ArrayList<>(finished);
    for (int beam = 0; beam < width && results.size() < count; beam++) {
      Sequence text = running.get(beam);
      results.add(
          new Generated(
              text.writtenIds(), penalized(scores[beam], Math.max(1, text.written())), reason));
    }
    return results;
  }
}
