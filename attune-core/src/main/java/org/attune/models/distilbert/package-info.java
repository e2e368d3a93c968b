/**
 * DistilBERT (Sanh et al. 2019): half of BERT's layers, taught by BERT, without token types and
 * pooler.
 *
 * <p>What differs from BERT, and where it is:
 *
 * <ul>
 *   <li>{@link org.attune.models.distilbert.DistilBertConfig}: keys of its own ({@code dim}, {@code
 *       n_heads}, {@code n_layers}, {@code hidden_dim}, {@code dropout}, ..); every norm's eps is
 *       1e-12.
 *   <li>{@code DistilBertEmbeddings}: no token types (those given are not looked at); positions may
 *       start as sinusoids.
 *   <li>{@code DistilBertLayer}: names of its own, no dropout behind attention's output.
 *   <li>The heads: {@code pre_classifier} and ReLU where BERT has its pooler, dropout before the
 *       answers' scores, {@code vocab_transform}, {@code vocab_layer_norm} and {@code
 *       vocab_projector} at the top level of a masked language model.
 * </ul>
 *
 * <p>Read the config, then {@code DistilBertLayer}, {@link
 * org.attune.models.distilbert.DistilBertModel} and the heads. Quirks of its files are in {@link
 * org.attune.models.distilbert.DistilBertFamily}.
 */
package org.attune.models.distilbert;
