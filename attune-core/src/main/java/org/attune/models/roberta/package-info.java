/**
 * RoBERTa (Liu et al. 2019): BERT's layers, trained longer on more text, with byte-level BPE.
 *
 * <p>What differs from BERT, and where it is:
 *
 * <ul>
 *   <li>{@code RobertaEmbeddings}: positions start at {@code pad_token_id + 1} and pass over
 *       padding, wherever it stands; so {@code max_position_embeddings} 514 is room for 512 tokens.
 *       Real files have one token type: then types are not looked at.
 *   <li>{@code RobertaClassificationHead}: dense, tanh, output, over the first token; only under
 *       multiple choice stands a pooler. {@code RobertaLmHead}: always gelu, names of its own, and
 *       two names of one bias.
 *   <li>{@code is_decoder} makes the body causal, as {@link
 *       org.attune.models.roberta.RobertaForCausalLM} wants it.
 * </ul>
 *
 * <p>Layers, pooler and the keys of config.json are those of {@link org.attune.models.bert}. Read
 * {@link org.attune.models.roberta.RobertaModel} first. Quirks of its files are in {@link
 * org.attune.models.roberta.RobertaFamily}.
 */
package org.attune.models.roberta;
