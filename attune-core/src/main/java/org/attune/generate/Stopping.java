package org.attune.generate;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * When a row has written enough: an end token, its length, or a stop string that its last token
 * completes.
 *
 * @param eos tokens that end it
 * @param stopStrings texts that end it
 * @param decode text of token ids; asked only where there are stop strings
 */
record Stopping(SpecialIds eos, List<String> stopStrings, Function<int[], String> decode) {
  /** Tokens a character may need where the vocabulary has bytes. */
  private static final int TOKENS_A_CHARACTER = 4;

  /** Whether a row ends with this token behind it, and why. */
  Optional<FinishReason> after(Sequence row, int token) {
    if (eos.ends(token)) {
      return Optional.of(FinishReason.EOS);
    }
    if (stopStrings.stream().anyMatch(stop -> completes(stop, row, token))) {
      return Optional.of(FinishReason.STOP_STRING);
    }
    return row.written() + 1 >= row.limit() ? Optional.of(FinishReason.LENGTH) : Optional.empty();
  }

  /** Only as many tokens are decoded as the stop string can reach back. */
  private boolean completes(String stop, Sequence row, int token) {
    int reach = stop.length() * TOKENS_A_CHARACTER + 1;
    int[] written = row.writtenIds();
    int from = Math.max(0, written.length + 1 - reach);
    int[] tail = Arrays.copyOfRange(written, from, written.length + 1);
    tail[tail.length - 1] = token;
    return decode.apply(tail).contains(stop);
  }

  /** What fills a row that has ended. */
  int filler() {
    OptionalInt pad = eos.padTokenId();
    return pad.orElse(eos.eosTokenId().isEmpty() ? 0 : eos.eosTokenId().get(0));
  }
}
