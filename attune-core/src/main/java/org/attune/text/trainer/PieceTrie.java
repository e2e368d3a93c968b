package org.attune.text.trainer;

import java.util.Arrays;

/**
 * Finds the pieces that begin at a place of a text. Built once of all pieces there will ever be;
 * which of them are pieces now, and under which numbers, changes as the vocabulary shrinks.
 */
final class PieceTrie {
  static final int ROOT = 0;
  static final int NONE = -1;

  private static final long FREE = -1;
  private static final int CHARACTER_BITS = 21; // a code point's

  // One hash table of all edges, from (node, character) to node: open addressing, linear probing.
  private long[] edges = new long[1 << 10];
  private int[] targets = new int[1 << 10];
  private int nodes = 1;
  private int[] pieces = new int[0];

  PieceTrie() {
    Arrays.fill(edges, FREE);
  }

  /** Adds a path; its last node. All must be added before {@link #clear}. */
  int add(int[] characters) {
    int node = ROOT;
    for (int character : characters) {
      int next = child(node, character);
      if (next == NONE) {
        next = nodes++;
        put((long) node << CHARACTER_BITS | character, next);
      }
      node = next;
    }
    return node;
  }

  private void put(long edge, int target) {
    if (nodes > edges.length / 2) {
      grow();
    }
    int slot = slot(edge, edges);
    edges[slot] = edge;
    targets[slot] = target;
  }

  private void grow() {
    long[] larger = new long[Math.multiplyExact(edges.length, 2)];
    int[] largerTargets = new int[larger.length];
    Arrays.fill(larger, FREE);
    for (int i = 0; i < edges.length; i++) {
      if (edges[i] != FREE) {
        int slot = slot(edges[i], larger);
        larger[slot] = edges[i];
        largerTargets[slot] = targets[i];
      }
    }
    edges = larger;
    targets = largerTargets;
  }

  private static int slot(long edge, long[] table) {
    int mask = table.length - 1;
    int slot = (int) ((edge * 0x9E3779B97F4A7C15L) >>> 32) & mask; // Fibonacci hashing
    while (table[slot] != FREE && table[slot] != edge) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** The node a character leads to, or {@link #NONE}. */
  int child(int node, int character) {
    int slot = slot((long) node << CHARACTER_BITS | character, edges);
    return edges[slot] == FREE ? NONE : targets[slot];
  }

  /** From here on no path is a piece until {@link #set} says so. */
  void clear() {
    pieces = pieces.length == nodes ? pieces : new int[nodes];
    Arrays.fill(pieces, NONE);
  }

  /** The path that ends in this node is a piece of this number. */
  void set(int node, int piece) {
    pieces[node] = piece;
  }

  /** The number of the piece that ends in this node, or {@link #NONE}. */
  int piece(int node) {
    return pieces[node];
  }
}
