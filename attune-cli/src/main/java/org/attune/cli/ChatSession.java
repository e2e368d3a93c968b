package org.attune.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.attune.generate.Generated;
import org.attune.generate.GenerationConfig;
import org.attune.generate.TextGenerator;
import org.attune.text.ChatTemplate.Chat;

/** A conversation on the terminal: a message a line, each answered, all before it remembered. */
final class ChatSession {
  private final TextGenerator writer;
  private final PromptOptions prompts;
  private final GenerationConfig config;

  ChatSession(TextGenerator writer, PromptOptions prompts, GenerationConfig config) {
    this.writer = writer;
    this.prompts = prompts;
    this.config = config;
  }

  /** Talks until the input ends. */
  void run(InputStream in, Consumer<String> out) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      Chat chat = prompts.begun();
      ask();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          chat = chat.user(line);
          chat = chat.assistant(answer(chat, out));
          out.accept(System.lineSeparator());
        }
        ask();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void ask() {
    if (Terminal.isInteractive()) {
      System.err.print("> ");
      System.err.flush();
    }
  }

  /** Shown as it is written where the search allows, else when it is done. */
  private String answer(Chat chat, Consumer<String> out) {
    int[] prompt = prompts.ids(writer, chat);
    if (config.beams().numBeams() == 1 && config.numReturnSequences() == 1) {
      StringBuilder text = new StringBuilder();
      writer.stream(prompt, config, out.andThen(text::append), () -> false);
      return text.toString();
    }
    Generated best = writer.generate(List.of(prompt), config, () -> false).get(0).get(0);
    String text = writer.decode(best.tokenIds());
    out.accept(text);
    return text;
  }
}
