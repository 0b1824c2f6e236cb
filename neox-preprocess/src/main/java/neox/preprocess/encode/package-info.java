/// From chunks of rows or documents to the tokens of each dataset, on several threads, in order.
@NullMarked
package neox.preprocess.encode;

import org.jspecify.annotations.NullMarked;
