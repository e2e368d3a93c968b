package org.attune.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attune.AttuneException;
import org.attune.NearNames;
import org.attune.UsageException;

/** Text with columns in braces, as {@code summarize: {dialogue}}; braces around else are text. */
record PromptTemplate(String text) {
  private static final Pattern COLUMN = Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_ .-]*)}");

  PromptTemplate {
    if (!COLUMN.matcher(text).find()) {
      throw new UsageException(
          "data: '" + text + "' names no column; put one in braces, such as {text}");
    }
  }

  /** The columns it names. */
  List<String> columns() {
    List<String> columns = new ArrayList<>();
    Matcher matcher = COLUMN.matcher(text);
    while (matcher.find()) {
      columns.add(matcher.group(1));
    }
    return columns;
  }

  /** The text of a row. */
  String fill(Map<String, String> row, String where) {
    return COLUMN
        .matcher(text)
        .replaceAll(
            match -> {
              String value = row.get(match.group(1));
              if (value == null) {
                throw new AttuneException(
                    "data: "
                        + where
                        + " has no '"
                        + match.group(1)
                        + "'; it has "
                        + Rows.list(List.copyOf(row.keySet()))
                        + NearNames.hint(match.group(1), row.keySet()));
              }
              return Matcher.quoteReplacement(value);
            });
  }
}
