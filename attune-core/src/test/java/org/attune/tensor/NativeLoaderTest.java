package org.attune.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLoaderTest {
  @TempDir private Path folder;

  @Test
  void aPlanIsReadOnlyWhenItsFilesAreAsItSays() throws IOException {
    Path library = Files.writeString(folder.resolve("lib one.so"), "12345");
    Path plan = folder.resolve("plan");

    assertThat(NativeLoader.read(plan)).as("no plan yet").isEmpty();
    Files.writeString(plan, "5 " + library + "\nend\n");
    assertThat(NativeLoader.read(plan)).containsExactly(library.toString());
    Files.writeString(plan, "6 " + library + "\nend\n");
    assertThat(NativeLoader.read(plan)).as("another size").isEmpty();
    Files.writeString(plan, "5 " + library + "\n");
    assertThat(NativeLoader.read(plan)).as("cut short").isEmpty();
    Files.write(plan, new byte[] {0, -1, 7});
    assertThat(NativeLoader.read(plan)).as("no text").isEmpty();
    Files.writeString(plan, "5 " + library + "\nend\n");
    Files.delete(library);
    assertThat(NativeLoader.read(plan)).as("a library is gone").isEmpty();
  }

  @Test
  void theBlasComesBeforeTheEngineAndBindingsComeLast() {
    List<String> found =
        List.of(
            "/c/libjnitorch.so",
            "/c/libjniopenblas.so",
            "/c/libtorch_cpu.so",
            "/c/libjnijavacpp.so",
            "/c/libgomp.so.1",
            "/c/libopenblas.so.0",
            "/c/libgfortran.so.5");
    assertThat(NativeLoader.inOrder(found))
        .containsExactly(
            "/c/libgomp.so.1",
            "/c/libgfortran.so.5",
            "/c/libopenblas.so.0",
            "/c/libtorch_cpu.so",
            "/c/libjnijavacpp.so",
            "/c/libjnitorch.so");
  }

  /** In JVMs of their own: one process loads its libraries once. */
  @Test
  void theSecondStartFollowsThePlanAndADamagedOneIsReplaced() throws Exception {
    Path plan = folder.resolve("plan");
    assertThat(product(plan)).isEqualTo("searched 12.0");
    String written = Files.readString(plan);
    assertThat(written).contains("jnitorch").endsWith("end" + System.lineSeparator());
    assertThat(product(plan)).isEqualTo("planned 12.0");

    Path noLibrary = Files.writeString(folder.resolve("libnone.so"), "no library");
    Files.writeString(plan, "10 " + noLibrary + "\nend\n");
    assertThat(product(plan)).isEqualTo("searched 12.0");
    assertThat(Files.readString(plan)).isEqualTo(written);
  }

  private static String product(Path plan) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-D" + NativeLoader.PLAN + "=" + plan,
                "-Dorg.bytedeco.javacpp.logger=slf4j",
                "-cp",
                System.getProperty("java.class.path"),
                Product.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return output;
  }

  /** Sums [2, 3] ones times [3, 2] ones: 4 threes. */
  public static final class Product {
    private Product() {}

    public static void main(String[] arguments) {
      Engine.start();
      Tensor ones = Tensors.ones(Shape.of(2, 3), DType.F32);
      double sum = ones.matmul(ones.t()).sum().item();
      boolean planned = "false".equals(System.getProperty("org.bytedeco.javacpp.loadlibraries"));
      System.out.println((planned ? "planned " : "searched ") + sum);
    }
  }
}
