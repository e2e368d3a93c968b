package org.attune.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code attune bench}: how fast this machine trains and predicts. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures throughput, memory and the share of the machine's GEMM peak.",
    subcommands = {
      BenchTrainCommand.class,
      BenchStepCommand.class,
      BenchInferCommand.class,
      BenchTokenizeCommand.class,
      BenchGenerateCommand.class
    },
    footer = {"", "Example:", "  attune bench train --data sst2 --limit 1600 --json"})
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "name what to measure: train, step, infer, tokenize or generate");
  }
}
