/**
 * What pre-training does to text: hide words, cut out spans, put sentences out of order, pair them
 * by chance. Plain functions from token ids to token ids.
 *
 * <p>Start at {@link org.attune.data.noise.MaskedTokens}. Each class is one published procedure:
 * BERT's masking and its next-sentence pairs, T5's span corruption, BART's denoising. Chance comes
 * from {@link org.attune.data.noise.RowRandom}, a pure function of (seed, epoch, row), so that a
 * resumed run sees what the uninterrupted one would have seen. What chance decides and what is then
 * done are apart, so that tests can fix the first. May import: {@code org.attune}.
 */
package org.attune.data.noise;
