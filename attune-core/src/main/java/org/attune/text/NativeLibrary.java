package org.attune.text;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import org.attune.AttuneException;

/**
 * Loads the Rust tokenizers library out of DJL's jar.
 *
 * <p>DJL's own loader is not used, for three reasons: it looks for a GPU first and, where it finds
 * one, downloads another build of the library; its tokenizer class sends telemetry; and the search
 * costs 350 ms of every start, against 1 ms here. The file is unpacked once into {@code
 * ATTUNE_CACHE} (default {@code ~/.cache/attune}), or into a temporary folder where that cannot be
 * written.
 */
final class NativeLibrary {
  private static final String RESOURCES = "/native/lib/";
  // What the Windows build links to, in the order in which they need each other.
  private static final List<String> WINDOWS_RUNTIME =
      List.of("libwinpthread-1.dll", "libgcc_s_seh-1.dll", "libstdc++-6.dll");

  private static boolean loaded;

  private NativeLibrary() {}

  /**
   * Loads the library unless it is there already.
   *
   * @throws AttuneException when this platform has none, or it can be unpacked nowhere
   */
  static synchronized void load() {
    if (loaded) {
      return;
    }
    String platform =
        platform(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    try {
      Path folder = unpacked(platform, cache().resolve("native").resolve(folderName(platform)));
      for (String name : files(platform)) {
        System.load(folder.resolve(name).toAbsolutePath().toString());
      }
      loaded = true;
    } catch (IOException | UnsatisfiedLinkError e) {
      throw new AttuneException(
          "text: the tokenizers library for "
              + platform
              + " could not be loaded: "
              + e.getMessage()
              + "; set ATTUNE_CACHE to a folder that can be written to and run from",
          e);
    }
  }

  /** The name DJL gives a platform, such as {@code linux-x86_64}. */
  static String platform(String osName, String osArch) {
    String os = osName.toLowerCase(Locale.ROOT);
    String system = os.startsWith("win") ? "win" : os.startsWith("mac") ? "osx" : "linux";
    String arch = osArch.equals("amd64") ? "x86_64" : osArch.equals("arm64") ? "aarch64" : osArch;
    String platform = system + "-" + arch;
    if (!List.of("linux-x86_64", "linux-aarch64", "osx-aarch64", "win-x86_64").contains(platform)) {
      throw new AttuneException(
          "text: there is no tokenizers library for "
              + osName
              + " on "
              + osArch
              + "; it exists for Linux (x86_64, aarch64), macOS (aarch64) and Windows (x86_64)");
    }
    return platform;
  }

  private static List<String> files(String platform) {
    String name = System.mapLibraryName("tokenizers");
    return platform.startsWith("win")
        ? List.of(WINDOWS_RUNTIME.get(0), WINDOWS_RUNTIME.get(1), WINDOWS_RUNTIME.get(2), name)
        : List.of(name);
  }

  private static Path cache() {
    String named = System.getenv("ATTUNE_CACHE");
    return named == null || named.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".cache", "attune")
        : Path.of(named);
  }

  /** Versions do not share a folder: a running JVM may have the old one mapped. */
  private static String folderName(String platform) throws IOException {
    Properties properties = new Properties();
    try (InputStream in = resource("tokenizers.properties").openStream()) {
      properties.load(in);
    }
    return "tokenizers-" + properties.getProperty("version") + "-" + platform;
  }

  private static Path unpacked(String platform, Path folder) throws IOException {
    try {
      unpack(platform, folder);
      return folder;
    } catch (IOException e) {
      Path temporary = Files.createTempDirectory("attune-tokenizers");
      unpack(platform, temporary);
      for (String name : files(platform)) {
        temporary.resolve(name).toFile().deleteOnExit();
      }
      return temporary;
    }
  }

  private static void unpack(String platform, Path folder) throws IOException {
    for (String name : files(platform)) {
      URLConnection packed = resource(platform + "/cpu/" + name).openConnection();
      // A shared connection would close the jar under the other readers of this process.
      packed.setUseCaches(false);
      Path file = folder.resolve(name);
      try (InputStream in = packed.getInputStream()) {
        // A file of another size was cut short or tampered with.
        if (!Files.isRegularFile(file) || Files.size(file) != packed.getContentLengthLong()) {
          WholeFile.write(file, in::transferTo);
        }
      }
    }
  }

  private static URL resource(String name) throws IOException {
    URL url = NativeLibrary.class.getResource(RESOURCES + name);
    if (url == null) {
      throw new IOException(
          "no " + RESOURCES + name + " on the class path (ai.djl.huggingface:tokenizers)");
    }
    return url;
  }
}
