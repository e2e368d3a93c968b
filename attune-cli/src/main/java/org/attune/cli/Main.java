package org.attune.cli;

import org.attune.AttuneException;
import org.attune.UsageException;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Starts the command line and turns whatever goes wrong into one line and an exit code. */
public final class Main {
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  private Main() {}

  public static void main(String[] args) {
    int code = run(args);
    StopSignal.end(code);
    System.exit(code);
  }

  /** Runs a command and returns its exit code. */
  static int run(String... args) {
    CommandLine line = new CommandLine(new Attune());
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(Terminal.hasColours() ? Ansi.ON : Ansi.OFF));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(
        (e, arguments) -> {
          System.err.println("attune: " + e.getMessage());
          if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
            unmatched.getSuggestions().stream()
                .findFirst()
                .ifPresent(near -> System.err.println("attune: did you mean '" + near + "'?"));
          }
          String command = e.getCommandLine().getCommandSpec().qualifiedName();
          System.err.println("attune: see '" + command + " --help'");
          return USAGE;
        });
    line.setExecutionExceptionHandler((e, commandLine, result) -> explain(e));
    try {
      return line.execute(args);
    } catch (OutOfMemoryError e) {
      System.err.println(
          "attune: the Java heap is full ("
              + e.getMessage()
              + "); give it more with ATTUNE_HEAP=8g, or use data.train.limit");
      return FAILED;
    }
  }

  private static int explain(Exception e) {
    if (System.getenv("ATTUNE_DEBUG") != null) {
      e.printStackTrace();
    }
    if (e instanceof AttuneException) {
      System.err.println("attune: " + e.getMessage());
      return e instanceof UsageException ? USAGE : FAILED;
    }
    System.err.println(
        "attune: unexpected " + e + "; run again with ATTUNE_DEBUG=1 and report what it prints");
    return FAILED;
  }
}
