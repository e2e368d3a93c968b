/**
 * Text to token ids and back: Java strings and arrays, no tensors.
 *
 * <p>Start at {@link org.attune.text.Tokenizer}; {@link org.attune.text.Encoding} is what it
 * returns. The Rust {@code tokenizers} library does the work, so ids are those of transformers'
 * fast tokenizers. Formats: {@code tokenizer.json}; folders with only vocab.txt (WordPiece),
 * vocab.json and merges.txt (byte-level BPE), spiece.model or tokenizer.model (SentencePiece), or
 * llama2.c's tokenizer.bin are turned into one on load, as transformers does, and so is the
 * vocabulary in a GGUF file. {@link org.attune.text.PreTokenizer} gives the words that a vocabulary
 * is learned from; {@code org.attune.text.trainer} learns it. {@link org.attune.text.ChatTemplate}
 * writes chats. Truncation and padding that a tokenizer.json carries are reported and not applied:
 * how long an input may be is the task's decision. May import: {@code org.attune}.
 */
package org.attune.text;
