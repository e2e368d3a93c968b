/**
 * BERT (Devlin et al. 2018): a post-norm encoder with learned positions and token types.
 *
 * <p>Read {@link org.attune.models.bert.BertConfig}, then {@code BertLayer}, {@link
 * org.attune.models.bert.BertEncoder}, {@link org.attune.models.bert.BertModel} and the heads.
 * Quirks of its files, all in {@link org.attune.models.bert.BertFamily}: old ones call a norm's
 * weight and bias gamma and beta; {@code embeddings.position_ids} is a buffer that old versions
 * saved; the language-model head's matrix is the word embeddings, and its bias has two names; a
 * bare body has no {@code bert.} before its names.
 */
package org.attune.models.bert;
