/// What is left when an evaluation is over: a table, a results file, a line per document.
@NullMarked
package neox.evaluation.report;

import org.jspecify.annotations.NullMarked;
