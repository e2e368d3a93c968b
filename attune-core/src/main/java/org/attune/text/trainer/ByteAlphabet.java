package org.attune.text.trainer;

/**
 * The printable characters that stand for the 256 bytes in byte-level BPE (Radford et al. 2019).
 */
final class ByteAlphabet {
  /** All of them: bytes that are printable in Latin-1 as they are, the others from U+0100 on. */
  static final String CHARACTERS = characters();

  private ByteAlphabet() {}

  private static String characters() {
    StringBuilder characters = new StringBuilder();
    int moved = 0x100;
    for (int value = 0; value < 256; value++) {
      boolean printable =
          (value >= '!' && value <= '~') || (value >= 0xa1 && value <= 0xff && value != 0xad);
      characters.append((char) (printable ? value : moved++));
    }
    return characters.toString();
  }
}
