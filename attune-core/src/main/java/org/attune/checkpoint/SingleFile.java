package org.attune.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.attune.AttuneException;
import org.attune.text.GgufVocabulary;

/**
 * A model in one file that is no Hugging Face checkpoint: a GGUF file, or a model of llama2.c.
 *
 * @param path the file
 * @param config what config.json would say
 * @param generation what generation_config.json would say
 * @param weights its tensors, under the names they would have
 * @param vocabulary the tokenizer in the file, if it has one
 */
record SingleFile(
    Path path,
    ConfigJson config,
    ConfigJson generation,
    WeightFile weights,
    Optional<GgufVocabulary> vocabulary) {
  /**
   * The file of this kind that a path names: itself, or the only one in a folder.
   *
   * @throws AttuneException when there are several
   */
  static Optional<Path> find(Path path) {
    if (Files.isRegularFile(path)) {
      return Optional.of(path).filter(file -> named(file, ".gguf") || named(file, ".bin"));
    }
    List<Path> found;
    try (Stream<Path> files = Files.list(path)) {
      found = files.filter(SingleFile::isOne).sorted().toList();
    } catch (IOException e) {
      return Optional.empty(); // a folder that may not be listed: the caller says what it lacks
    }
    if (found.size() > 1) {
      throw new AttuneException(
          "checkpoint: "
              + path
              + " holds several models, "
              + found.get(0).getFileName()
              + " and "
              + found.get(1).getFileName()
              + "; name the file instead of the folder");
    }
    return found.stream().findFirst();
  }

  private static boolean isOne(Path file) {
    return Files.isRegularFile(file)
        && (named(file, ".gguf") || (named(file, ".bin") && Llama2cFile.matches(file)));
  }

  private static boolean named(Path file, String end) {
    return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).endsWith(end);
  }

  /** Opens and checks it. */
  static SingleFile open(Path path) {
    if (named(path, ".gguf")) {
      return ofGguf(path, GgufModel.open(path));
    }
    Llama2cFile model = Llama2cFile.open(path);
    return new SingleFile(path, model.config(), model.generation(), model, Optional.empty());
  }

  private static SingleFile ofGguf(Path path, GgufModel model) {
    try {
      return new SingleFile(path, model.config(), model.generation(), model, model.vocabulary());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }
}
