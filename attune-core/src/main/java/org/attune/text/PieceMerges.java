package org.attune.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Set;

/**
 * The merges of a SentencePiece BPE vocabulary, which stores only the pieces: every way to put a
 * piece together from two others, the earliest piece first, and of its ways the one with the
 * shortest left side; as transformers' {@code generate_merges} orders them.
 */
final class PieceMerges {
  private PieceMerges() {}

  /**
   * Lists the merges as tokenizer.json does, each a pair.
   *
   * @param pieces in the order in which they are to be made
   * @param vocabulary all pieces
   */
  static ArrayNode of(Iterable<String> pieces, Set<String> vocabulary) {
    ArrayNode merges = JsonNodeFactory.instance.arrayNode();
    for (String piece : pieces) {
      for (int i = 0; i < piece.length(); ) {
        i += Character.charCount(piece.codePointAt(i));
        String left = piece.substring(0, i);
        String right = piece.substring(i);
        if (vocabulary.contains(left) && vocabulary.contains(right)) {
          merges.addArray().add(left).add(right);
        }
      }
    }
    return merges;
  }
}
