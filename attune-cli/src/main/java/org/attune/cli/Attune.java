package org.attune.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code attune}: lists its commands. A new command is a class and a line here. */
@Command(
    name = "attune",
    version = "attune 0.1.0",
    mixinStandardHelpOptions = true,
    description = "Fine-tunes, evaluates and runs transformer language models on the JVM.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      QuickstartCommand.class,
      TrainCommand.class,
      ContinualCommand.class,
      SearchCommand.class,
      EvalCommand.class,
      PredictCommand.class,
      ForwardCommand.class,
      GenerateCommand.class,
      ScoreCommand.class,
      TokenizerCommand.class,
      InspectCommand.class,
      InfoCommand.class,
      BenchCommand.class
    },
    footer = {
      "",
      "A MODEL is a folder with config.json, builtin:all-minilm-l6-v2 or a hub name, owner/name.",
      "Start with: attune quickstart"
    })
final class Attune implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command");
  }
}
