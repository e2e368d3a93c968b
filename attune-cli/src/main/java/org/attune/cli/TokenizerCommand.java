package org.attune.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code attune tokenizer}: work on tokenizers alone. */
@Command(
    name = "tokenizer",
    mixinStandardHelpOptions = true,
    description = "Makes tokenizers.",
    subcommands = TokenizerTrainCommand.class,
    footer = {
      "",
      "Example:",
      "  attune tokenizer train --like gpt2 --input 'corpus/*.txt' --vocab-size 8000 --output out/bpe"
    })
final class TokenizerCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name what to do: train");
  }
}
