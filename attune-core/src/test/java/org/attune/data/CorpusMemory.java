package org.attune.data;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.attune.tensor.ProcessMemory;
import org.attune.text.Tokenizer;

/**
 * A process of its own, because a peak is never forgotten: tokenizes a file and prints its peak.
 */
final class CorpusMemory {
  private CorpusMemory() {}

  /** The text, and the folder of a tokenizer. */
  public static void main(String[] args) {
    Path text = Path.of(args[0]);
    try (TokenFile file =
        CorpusTokenizer.write(
            List.of(TextSource.of(text.toString(), TextSource.Documents.LINE)),
            Tokenizer.load(Path.of(args[1])),
            new CorpusTokenizer.Settings(true, OptionalInt.empty()),
            text.toAbsolutePath().getParent())) {
      for (long at = 0; at + 1024 < file.size(); at += 1024) {
        file.read(at, 1024);
      }
      System.out.println(ProcessMemory.peakBytes().orElseThrow());
    }
  }
}
