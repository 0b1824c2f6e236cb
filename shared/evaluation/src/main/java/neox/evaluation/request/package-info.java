/// What is asked of a model and what it answers: texts in, log-likelihoods and texts out.
@NullMarked
package neox.evaluation.request;

import org.jspecify.annotations.NullMarked;
