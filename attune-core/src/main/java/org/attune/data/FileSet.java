package org.attune.data;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.stream.Stream;
import org.attune.AttuneException;
import org.attune.NearNames;

/** The files a path or glob names, in order of their names. Local files only. */
final class FileSet {
  private FileSet() {}

  static List<Path> of(String path) {
    if (path.matches("[a-zA-Z][a-zA-Z0-9+.-]+://.*")) {
      throw new AttuneException(
          "data: " + path + " is an address; only local files are read: download it first");
    }
    try {
      List<Path> files = path.contains("*") ? glob(path) : List.of(Path.of(path));
      files.forEach(FileSet::check);
      return files;
    } catch (InvalidPathException e) {
      throw new AttuneException("data: '" + path + "' is no file name: " + e.getReason(), e);
    } catch (IOException e) {
      throw new AttuneException("data: " + path + " could not be listed: " + e.getMessage(), e);
    }
  }

  private static List<Path> glob(String path) throws IOException {
    int star = path.indexOf('*');
    int slash = path.lastIndexOf('/', star);
    Path base = Path.of(slash < 0 ? "." : slash == 0 ? "/" : path.substring(0, slash));
    PathMatcher matcher =
        FileSystems.getDefault().getPathMatcher("glob:" + path.substring(slash + 1));
    if (!Files.isDirectory(base)) {
      throw new AttuneException("data: " + path + ": there is no folder " + base);
    }
    try (Stream<Path> found = Files.walk(base, 16)) {
      List<Path> files =
          found
              .filter(Files::isRegularFile)
              .filter(file -> matcher.matches(base.relativize(file)))
              .sorted()
              .toList();
      if (files.isEmpty()) {
        throw new AttuneException("data: no file matches " + path);
      }
      return files;
    }
  }

  private static void check(Path file) {
    if (Files.isDirectory(file)) {
      throw new AttuneException(
          "data: "
              + file
              + " is a folder, expected a file; for all files in it write "
              + file
              + "/*");
    }
    if (!Files.exists(file)) {
      throw new AttuneException("data: " + file + " does not exist" + nearFiles(file));
    }
    try {
      if (Files.size(file) == 0) {
        throw new AttuneException("data: " + file + " is empty");
      }
    } catch (IOException e) {
      throw new AttuneException("data: " + file + " could not be read: " + e.getMessage(), e);
    }
  }

  private static String nearFiles(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      return "; nor does its folder";
    }
    try (Stream<Path> beside = Files.list(folder)) {
      List<String> names = beside.map(path -> path.getFileName().toString()).sorted().toList();
      if (names.isEmpty()) {
        return "; its folder is empty";
      }
      String hint = NearNames.hint(file.getFileName().toString(), names);
      return hint.isEmpty() ? "; its folder holds " + Rows.list(names) : hint;
    } catch (IOException e) {
      return "";
    }
  }
}
