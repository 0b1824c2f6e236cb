/// The entries of data sets, as the values that Python's functions and templates see.
@NullMarked
package neox.evaluation.document;

import org.jspecify.annotations.NullMarked;
