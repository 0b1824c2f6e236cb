/// What is known of work that was begun, so that a later run can go on with it.
@NullMarked
package neox.preprocess.journal;

import org.jspecify.annotations.NullMarked;
