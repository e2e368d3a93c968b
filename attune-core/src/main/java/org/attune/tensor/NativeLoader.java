package org.attune.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.mkl.global.mkl_rt;
import org.bytedeco.pytorch.global.torch;

/**
 * Loads the engine's native libraries, from the second start on without searching for them.
 *
 * <p>JavaCPP looks every library up anew at every start, and thirty CUDA libraries that are not
 * there on top: most of the time to a first tensor. Where the system property {@value #PLAN} names
 * a file (the launcher sets it, one file a BLAS), the first start writes there which files it
 * loaded, and later ones load just those. A plan that is missing, damaged or out of date costs only
 * the search: the libraries are then found JavaCPP's way and the plan is written afresh.
 */
final class NativeLoader {
  /** The system property that holds the plan's path; without it every start searches. */
  static final String PLAN = "attune.natives";

  private static final String JAVACPP_LOADS = "org.bytedeco.javacpp.loadlibraries";

  private static Boolean mkl; // null before the first question

  private NativeLoader() {}

  /**
   * Loads everything that {@code torch} needs.
   *
   * @throws UnsatisfiedLinkError if this machine's libraries cannot be found or loaded
   */
  static void load() {
    String property = System.getProperty(PLAN, "");
    if (property.isEmpty()) {
      Loader.load(torch.class);
      return;
    }
    Path plan = Path.of(property);
    if (!follow(plan)) {
      Loader.load(torch.class);
      write(plan);
    }
  }

  /**
   * Loads what calls MKL from Java: a large library, so only where it is used.
   *
   * @return false where the BLAS in use is another
   */
  static synchronized boolean loadMkl() {
    Engine.start();
    if (mkl == null) {
      mkl = Engine.blas().startsWith("mkl") && findMkl();
    }
    return mkl;
  }

  private static boolean findMkl() {
    String before = System.getProperty(JAVACPP_LOADS);
    System.clearProperty(JAVACPP_LOADS); // a plan has switched this off
    try {
      Loader.load(mkl_rt.class);
      return true;
    } catch (LinkageError e) {
      return false;
    } finally {
      if (before != null) {
        System.setProperty(JAVACPP_LOADS, before);
      }
    }
  }

  /** Loads the plan's files; false, with nothing said, if it cannot be followed to its end. */
  private static boolean follow(Path plan) {
    List<String> files = read(plan);
    if (files.isEmpty()) {
      return false;
    }
    // Classes ask JavaCPP for their library when they are first used; it is here already.
    System.setProperty(JAVACPP_LOADS, "false");
    try {
      files.forEach(System::load);
      return true;
    } catch (UnsatisfiedLinkError e) {
      System.clearProperty(JAVACPP_LOADS);
      return false;
    }
  }

  /** The files of a plan that is whole and fits what lies on the disk, else none. */
  static List<String> read(Path plan) {
    List<String> files = new ArrayList<>();
    try {
      List<String> lines = Files.readAllLines(plan);
      if (lines.isEmpty() || !lines.get(lines.size() - 1).equals("end")) {
        return List.of();
      }
      for (String line : lines.subList(0, lines.size() - 1)) {
        Path file = Path.of(line.substring(line.indexOf(' ') + 1));
        if (!line.equals(line(file))) {
          return List.of();
        }
        files.add(file.toString());
      }
    } catch (IOException | RuntimeException e) {
      return List.of(); // Not there yet, unreadable, or not a plan at all: the search answers.
    }
    return files;
  }

  private static void write(Path plan) {
    try {
      List<String> lines = new ArrayList<>();
      for (String file : inOrder(Loader.getLoadedLibraries().values())) {
        lines.add(line(Path.of(file)));
      }
      lines.add("end");
      Path part = Files.createTempFile(plan.toAbsolutePath().getParent(), "natives", ".part");
      Files.write(part, lines);
      Files.move(part, plan, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException e) {
      // A folder that cannot be written: the next start searches again, as this one did.
    }
  }

  /** What changes when a file is replaced by another version's: its size, and where it lies. */
  private static String line(Path file) throws IOException {
    return Files.size(file) + " " + file;
  }

  /**
   * The order in which the files can be loaded. The BLAS comes before libtorch, which names it but
   * lies in another folder: loaded later, one of the system's could take its place. Bindings to
   * Java come last; those of the BLAS are left out, for only libtorch calls it.
   */
  static List<String> inOrder(Iterable<String> files) {
    List<String> ordered = new ArrayList<>();
    for (String file : files) {
      if (file != null && !fileName(file).contains("jniopenblas")) {
        ordered.add(file);
      }
    }
    ordered.sort(Comparator.comparingInt(NativeLoader::rank).thenComparing(file -> file));
    return ordered;
  }

  private static int rank(String file) {
    String name = fileName(file);
    if (name.contains("jni")) {
      return name.contains("jnijavacpp") ? 4 : 5;
    }
    if (name.matches("(lib)?(gcc|gomp|quadmath|iomp).*")) {
      return 0;
    }
    if (name.contains("gfortran")) {
      return 1;
    }
    return name.contains("openblas") || name.contains("mkl") ? 2 : 3;
  }

  private static String fileName(String file) {
    return Path.of(file).getFileName().toString();
  }
}
