package org.attune.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Set;
import org.attune.AttuneException;

/**
 * The merges of a SentencePiece BPE vocabulary, which stores only the pieces: every way to put a
 * piece together from two others, the earliest piece first, and of its ways the one with the
 * shortest left side; as transformers' {@code generate_merges} orders them.
 */
final class PieceMerges {
  /** The work that is done for a vocabulary; Llama's 32000 pieces need a thousandth of it. */
  private static final long MOST_CHARACTERS = 1L << 31;

  private PieceMerges() {}

  /**
   * Lists the merges as tokenizer.json does, each a pair.
   *
   * @param pieces in the order in which they are to be made
   * @param vocabulary all pieces
   * @throws AttuneException for pieces that are many and long: each is cut at every place
   */
  static ArrayNode of(Iterable<String> pieces, Set<String> vocabulary) {
    ArrayNode merges = JsonNodeFactory.instance.arrayNode();
    long characters = 0;
    for (String piece : pieces) {
      characters += (long) piece.length() * piece.length();
      if (characters > MOST_CHARACTERS) {
        throw new AttuneException(
            "text: the vocabulary's pieces are too long to be merged, far beyond any model's: '"
                + piece.substring(0, Math.min(40, piece.length()))
                + "..' has "
                + piece.length()
                + " characters");
      }
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
