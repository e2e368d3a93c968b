package org.attune.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Optional;

/**
 * SentencePiece's precompiled character map: the size of a trie in bytes (uint32, little-endian),
 * the trie, and the zero-terminated UTF-8 texts it leads to. The trie is a double array (Darts): a
 * unit of 32 bits holds the byte that leads to it, an offset to its children and whether a value
 * hangs below it.
 *
 * <p>The Rust library follows a map without checking, and ends the JVM where it leads outside. So
 * every way that some input could take is followed here first.
 */
final class CharactersMap {
  private static final int BLOCK = 0xFF; // a node's children differ in these bits only
  private static final int LEAF = 1 << 8;
  private static final int VALUE = Integer.MAX_VALUE;
  private static final int LABEL = 1 << 31 | BLOCK;

  private final IntBuffer units;
  private final byte[] texts;
  private final Deque<Integer> open = new ArrayDeque<>();
  private final BitSet seen = new BitSet();

  private CharactersMap(IntBuffer units, byte[] texts) {
    this.units = units;
    this.texts = texts;
  }

  /** What is wrong with a map; empty when it is sound. */
  static Optional<String> fault(byte[] map) {
    int room = map.length - Integer.BYTES;
    if (room < Integer.BYTES) {
      return Optional.of("has " + map.length + " bytes, expected at least 8");
    }
    ByteBuffer in = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN);
    long trie = Integer.toUnsignedLong(in.getInt());
    if (trie < Integer.BYTES || trie > room || trie % Integer.BYTES != 0) {
      return Optional.of("holds " + room + " bytes after a trie size of " + trie);
    }
    ByteBuffer units = in.slice(Integer.BYTES, (int) trie).order(ByteOrder.LITTLE_ENDIAN);
    byte[] texts = new byte[(int) (room - trie)];
    in.get(Integer.BYTES + (int) trie, texts);
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(texts));
    } catch (CharacterCodingException e) {
      return Optional.of("leads to texts that are not UTF-8");
    }
    return new CharactersMap(units.asIntBuffer(), texts).follow();
  }

  private Optional<String> follow() {
    boolean sound = enter(offset(units.get(0)));
    while (sound && !open.isEmpty()) {
      int node = open.pop();
      for (int label = 1; label <= BLOCK && sound; label++) {
        int child = node ^ label;
        int unit = units.get(child);
        if ((unit & LABEL) == label) {
          int next = child ^ offset(unit);
          sound = enter(next) && ((unit & LEAF) == 0 || isText(units.get(next) & VALUE));
        }
      }
    }
    return sound ? Optional.empty() : Optional.of("leads outside itself");
  }

  /** Notes a node to be followed; false if one of its 255 possible children lies outside. */
  private boolean enter(int node) {
    if (node < 0 || (node | BLOCK) >= units.limit()) {
      return false;
    }
    if (!seen.get(node)) {
      seen.set(node);
      open.push(node);
    }
    return true;
  }

  /** Whether a text begins there: not outside, nor within a character. */
  private boolean isText(int at) {
    return at <= texts.length && (at == texts.length || (texts[at] & 0xC0) != 0x80);
  }

  private static int offset(int unit) {
    return (unit >>> 10) << ((unit & 1 << 9) >>> 6);
  }
}
