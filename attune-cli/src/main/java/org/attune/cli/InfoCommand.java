package org.attune.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attune.tensor.DType;
import org.attune.tensor.Engine;
import org.attune.tensor.GemmPeak;
import org.attune.tensor.ProcessMemory;
import org.attune.train.Precision;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code attune info}: what machine and engine this is, measured. */
@Command(
    name = "info",
    mixinStandardHelpOptions = true,
    description = "Shows the engine, the processor's features and what matrix products reach here.",
    footer = {"", "Example:", "  attune info --json"})
final class InfoCommand implements Callable<Integer> {
  private static final int SIZE = 2048;

  @Mixin private Output output;

  @Override
  public Integer call() {
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("attune", "0.1.0");
    info.put("engine", "libtorch " + Engine.version());
    info.put("blas", Engine.blas());
    info.put("isa", Engine.isa());
    info.put("threads", Engine.threads());
    info.put("gemm_fp32_gflops", Math.round(GemmPeak.measure(DType.F32, SIZE, SIZE, SIZE)));
    info.put("gemm_bf16_gflops", Math.round(GemmPeak.measure(DType.BF16, SIZE, SIZE, SIZE)));
    info.put("precision_auto", Precision.AUTO.resolve().name().toLowerCase(java.util.Locale.ROOT));
    info.put("memory_bytes", Engine.machineMemoryBytes());
    ProcessMemory.residentBytes().ifPresent(bytes -> info.put("resident_bytes", bytes));
    info.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    info.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    output.print(
        info, () -> info.forEach((key, value) -> System.out.printf("%-18s %s%n", key, value)));
    Engine.warnings().forEach(Output::note);
    return 0;
  }
}
