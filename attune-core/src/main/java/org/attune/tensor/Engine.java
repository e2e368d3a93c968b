package org.attune.tensor;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/** Loads the engine once and sets its threads; everything in this package calls {@link #start}. */
public final class Engine {
  /** GFLOP/s a thread below which something is wrong: half of what slow machines reach. */
  private static final double SLOW_AVX512 = 45;

  private static final double SLOW_OTHER = 15;

  private static volatile boolean started;

  private Engine() {}

  /**
   * Loads the native libraries unless that is done; safe to call from any thread, cheap after the
   * first.
   */
  public static void start() {
    if (!started) {
      load();
    }
  }

  private static synchronized void load() {
    if (started) {
      return;
    }
    try {
      NativeLoader.load();
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      throw new EngineException(
          "engine: the native libraries for "
              + Loader.getPlatform()
              + " could not be loaded ("
              + e.getMessage()
              + "); is there room and write permission in the JavaCPP cache, and does the class path"
              + " hold pytorch with that classifier?",
          e);
    }
    // The engine starts with one thread whatever the machine has.
    torch.set_num_threads(threadsWanted());
    started = true;
  }

  private static int threadsWanted() {
    String wanted = System.getenv("ATTUNE_THREADS");
    int cores = Runtime.getRuntime().availableProcessors();
    if (wanted == null || wanted.isBlank()) {
      return cores;
    }
    try {
      int threads = Integer.parseInt(wanted.strip());
      if (threads >= 1 && threads <= 1024) {
        return threads;
      }
    } catch (NumberFormatException e) {
      // Falls through to the message below, which says more than the exception.
    }
    throw new EngineException(
        "engine: ATTUNE_THREADS is '" + wanted + "', expected a whole number from 1 to 1024");
  }

  /** Threads that one operation may use. */
  public static int threads() {
    start();
    return torch.get_num_threads();
  }

  /** The engine's version, as {@code 2.13.0}. */
  public static String version() {
    start();
    String config = torch.show_config().getString();
    int at = config.indexOf("TORCH_VERSION=");
    return at < 0 ? "unknown" : config.substring(at + 14, config.indexOf(',', at));
  }

  /** The instruction set the engine's own kernels use, as {@code AVX512}. */
  public static String isa() {
    start();
    String config = torch.show_config().getString();
    int at = config.indexOf("CPU capability usage: ");
    return at < 0 ? "unknown" : config.substring(at + 22, config.indexOf('\n', at)).strip();
  }

  /** Which library multiplies fp32 matrices, as {@code mkl} or {@code openblas SkylakeX}. */
  public static String blas() {
    start();
    String chosen = System.getProperty("org.bytedeco.openblas.load", "openblas");
    String core = System.getenv("OPENBLAS_CORETYPE");
    return chosen.startsWith("mkl") || core == null ? chosen : chosen + " " + core;
  }

  /** Memory of the machine, or of the container it runs in. */
  public static long machineMemoryBytes() {
    return ((com.sun.management.OperatingSystemMXBean)
            java.lang.management.ManagementFactory.getOperatingSystemMXBean())
        .getTotalMemorySize();
  }

  /**
   * What makes this process slower than the machine could be: measured, one line each. The launcher
   * sets all of it right; a program that embeds Attune has to do so itself.
   */
  public static java.util.List<String> warnings() {
    start();
    java.util.List<String> warnings = new java.util.ArrayList<>();
    boolean openblas = !blas().startsWith("mkl");
    if (openblas && !"PASSIVE".equalsIgnoreCase(System.getenv("OMP_WAIT_POLICY"))) {
      warnings.add(
          "OpenBLAS and OpenMP fight over the cores: set OMP_WAIT_POLICY=PASSIVE in the environment (a"
              + " training step was three times as fast)");
    }
    double gflops = GemmPeak.measure(DType.F32);
    double expected = threads() * (isa().startsWith("AVX512") ? SLOW_AVX512 : SLOW_OTHER);
    if (gflops < expected) {
      warnings.add(
          String.format(
              java.util.Locale.ROOT,
              "matrix products reach %.0f GFLOP/s, less than a machine with %s and %d threads should"
                  + " (%.0f): is something else running, or the BLAS core type set too low?",
              gflops,
              isa(),
              threads(),
              expected));
    }
    return warnings;
  }
}
