package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.attune.AttuneException;

/** Finds the vocabulary of a folder that has no tokenizer.json, and the converter it needs. */
final class SlowFolders {
  /** For messages: what is looked for. */
  static final String FILES =
      "tokenizer.json, vocab.txt, vocab.json with merges.txt, spiece.model, tokenizer.model and"
          + " llama2.c's tokenizer.bin or tok*.bin";

  private interface Converter {
    SlowFolder convert(Path vocabulary, JsonNode settings);
  }

  private interface FileConverter {
    SlowFolder convert(byte[] file, JsonNode settings, String where);
  }

  private record Kind(String fileName, Converter converter) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind("vocab\\.json", ByteLevelFolder::convert),
          new Kind("spiece\\.model|tokenizer\\.model", ofFile(SentencePieceFolder::convert)),
          new Kind(
              "vocab\\.txt",
              ofFile((file, settings, where) -> WordPieceFolder.convert(file, settings))),
          new Kind("tokenizer\\.bin|tok\\d+\\.bin", ofFile(Llama2cVocabulary::convert)));

  private static Converter ofFile(FileConverter converter) {
    return (path, settings) ->
        converter.convert(TokenizerSettings.bytes(path), settings, path.toString());
  }

  private SlowFolders() {}

  /** The vocabulary a folder holds, or the path itself where it is a vocabulary. */
  static Optional<Path> find(Path path) {
    if (Files.isRegularFile(path)) {
      return kind(path).map(kind -> path);
    }
    for (Kind kind : KINDS) {
      List<Path> files = matching(path, kind);
      if (files.size() > 1) {
        throw new AttuneException(
            "text: "
                + path
                + " holds "
                + files.size()
                + " vocabularies, "
                + files.get(0).getFileName()
                + " and "
                + files.get(1).getFileName()
                + "; name the file instead of the folder");
      }
      if (files.size() == 1) {
        return Optional.of(files.get(0));
      }
    }
    return Optional.empty();
  }

  static SlowFolder convert(Path vocabulary, JsonNode settings) {
    return kind(vocabulary).orElseThrow().converter().convert(vocabulary, settings);
  }

  private static Optional<Kind> kind(Path file) {
    String name = file.getFileName().toString();
    return KINDS.stream().filter(kind -> name.matches(kind.fileName())).findFirst();
  }

  private static List<Path> matching(Path folder, Kind kind) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches(kind.fileName()))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of(); // no such folder: the caller says so
    }
  }
}
