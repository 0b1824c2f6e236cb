/// Looking at runs: a page to keep, and one that follows them.
@NullMarked
package neox.train.report;

import org.jspecify.annotations.NullMarked;
