package org.attune.text.trainer;

import java.util.Arrays;

/**
 * All ways to cut one word into pieces: a node for each piece at each place. Filled anew for each
 * word; for one thread.
 */
final class Lattice {
  /** Below what an improbable sum is not worth its exponential. */
  private static final double NEGLIGIBLE = 50;

  /** How much less probable than the least probable piece an unknown character is. */
  private static final double UNKNOWN_PENALTY = 10;

  private final PieceTrie trie;
  private final double[] scores;
  private final double unknownScore;

  private int length;
  private int nodes;
  // Of each node, in order of where they begin, the shorter first.
  private int[] begins = new int[64];
  private int[] ends = new int[64];
  private int[] pieces = new int[64];
  private double[] nodeScores = new double[64];
  // Of each place in the word.
  private double[] forward = new double[0];
  private double[] backward = new double[0];
  private double[] second = new double[0];
  private int[] bestNode = new int[0];
  private int[] secondNode = new int[0];
  private boolean[] secondBySecond = new boolean[0];

  /**
   * A lattice over a vocabulary.
   *
   * @param scores log-probabilities by piece; piece 0 stands for unknown characters
   * @param least of the scores
   */
  Lattice(PieceTrie trie, double[] scores, double least) {
    this.trie = trie;
    this.scores = scores;
    this.unknownScore = least - UNKNOWN_PENALTY;
  }

  /** Takes the word {@code text[from, to)}. */
  void fill(int[] text, int from, int to) {
    length = to - from;
    nodes = 0;
    for (int begin = 0; begin < length; begin++) {
      boolean single = false;
      int node = PieceTrie.ROOT;
      for (int end = begin + 1; end <= length; end++) {
        node = trie.child(node, text[from + end - 1]);
        if (node == PieceTrie.NONE) {
          break;
        }
        int piece = trie.piece(node);
        if (piece != PieceTrie.NONE) {
          add(begin, end, piece, scores[piece]);
          single |= end == begin + 1;
        }
      }
      if (!single) {
        add(begin, begin + 1, 0, unknownScore);
      }
    }
    if (forward.length <= length) {
      int room = Math.max(length + 1, 2 * forward.length);
      forward = new double[room];
      backward = new double[room];
      second = new double[room];
      bestNode = new int[room];
      secondNode = new int[room];
      secondBySecond = new boolean[room];
    }
  }

  private void add(int begin, int end, int piece, double score) {
    if (nodes == begins.length) {
      int room = 2 * nodes;
      begins = Arrays.copyOf(begins, room);
      ends = Arrays.copyOf(ends, room);
      pieces = Arrays.copyOf(pieces, room);
      nodeScores = Arrays.copyOf(nodeScores, room);
    }
    begins[nodes] = begin;
    ends[nodes] = end;
    pieces[nodes] = piece;
    nodeScores[nodes++] = score;
  }

  /** Adds to {@code expected} how often each piece is expected in {@code count} such words. */
  void addExpected(long count, double[] expected) {
    Arrays.fill(forward, 0, length + 1, Double.NEGATIVE_INFINITY);
    Arrays.fill(backward, 0, length + 1, Double.NEGATIVE_INFINITY);
    forward[0] = 0;
    backward[length] = 0;
    for (int i = 0; i < nodes; i++) {
      forward[ends[i]] = logSumExp(forward[ends[i]], nodeScores[i] + forward[begins[i]]);
    }
    // Backwards by place, but the nodes of a place as they were found: the reference's order.
    for (int last = nodes; last > 0; ) {
      int first = last - 1;
      while (first > 0 && begins[first - 1] == begins[last - 1]) {
        first--;
      }
      int place = begins[first];
      for (int i = first; i < last; i++) {
        backward[place] = logSumExp(backward[place], nodeScores[i] + backward[ends[i]]);
      }
      last = first;
    }
    double all = forward[length];
    for (int i = 0; i < nodes; i++) {
      double share = forward[begins[i]] + nodeScores[i] + backward[ends[i]] - all;
      expected[pieces[i]] += (double) count * Math.exp(share);
    }
  }

  private static double logSumExp(double a, double b) {
    if (a == Double.NEGATIVE_INFINITY) {
      return b;
    }
    double less = Math.min(a, b);
    double more = Math.max(a, b);
    return more > less + NEGLIGIBLE ? more : more + Math.log(Math.exp(less - more) + 1);
  }

  /** Adds {@code count} to each piece of the most probable way (Viterbi 1967). */
  void addBest(long count, double[] frequencies) {
    best();
    for (int end = length; end > 0; end = begins[bestNode[end]]) {
      frequencies[pieces[bestNode[end]]] += (double) count;
    }
  }

  private void best() {
    Arrays.fill(forward, 0, length + 1, Double.NEGATIVE_INFINITY);
    forward[0] = 0;
    for (int i = 0; i < nodes; i++) {
      double score = forward[begins[i]] + nodeScores[i];
      if (score > forward[ends[i]]) {
        forward[ends[i]] = score;
        bestNode[ends[i]] = i;
      }
    }
  }

  /** How many pieces the most probable way has. */
  int bestLength() {
    best();
    int count = 0;
    for (int end = length; end > 0; end = begins[bestNode[end]]) {
      count++;
    }
    return count;
  }

  /** The pieces of the second most probable way in their order, empty when there is but one. */
  int[] secondBest() {
    Arrays.fill(forward, 0, length + 1, Double.NEGATIVE_INFINITY);
    Arrays.fill(second, 0, length + 1, Double.NEGATIVE_INFINITY);
    forward[0] = 0;
    for (int i = 0; i < nodes; i++) {
      offer(i, forward[begins[i]] + nodeScores[i], false);
      offer(i, second[begins[i]] + nodeScores[i], true);
    }
    if (second[length] == Double.NEGATIVE_INFINITY) {
      return new int[0];
    }
    IntList found = new IntList();
    boolean bySecond = true;
    for (int end = length; end > 0; ) {
      int node = bySecond ? secondNode[end] : bestNode[end];
      bySecond = bySecond && secondBySecond[end];
      found.add(pieces[node]);
      end = begins[node];
    }
    return found.reversed();
  }

  /** The best two ways to a place: this one, or what is there. */
  private void offer(int node, double score, boolean bySecond) {
    int end = ends[node];
    if (!bySecond && score > forward[end]) {
      second[end] = forward[end];
      secondNode[end] = bestNode[end];
      secondBySecond[end] = false;
      forward[end] = score;
      bestNode[end] = node;
    } else if (score > second[end]) {
      second[end] = score;
      secondNode[end] = node;
      secondBySecond[end] = bySecond;
    }
  }
}
