/// What a model has answered, kept so that an evaluation that was ended goes on where it was.
@NullMarked
package neox.evaluation.cache;

import org.jspecify.annotations.NullMarked;
