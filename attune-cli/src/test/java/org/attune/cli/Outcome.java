package org.attune.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What one run of the command line came to. */
record Outcome(int code, String out, String err) {
  /** Runs {@code attune ARGS} in this JVM, with nothing on stdin. */
  static Outcome attune(String... args) {
    return attuneReading("", args);
  }

  /** The same with a text on stdin. */
  static Outcome attuneReading(String in, String... args) {
    InputStream stdin = System.in;
    PrintStream stdout = System.out;
    PrintStream stderr = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (PrintStream outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8)) {
      System.setIn(new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)));
      System.setOut(outStream);
      System.setErr(errStream);
      int code = Main.run(args);
      return new Outcome(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setIn(stdin);
      System.setOut(stdout);
      System.setErr(stderr);
    }
  }
}
