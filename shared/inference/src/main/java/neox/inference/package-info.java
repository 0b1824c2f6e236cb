/// KV cache, sampling, scoring log-likelihoods.
@NullMarked
package neox.inference;

import org.jspecify.annotations.NullMarked;
