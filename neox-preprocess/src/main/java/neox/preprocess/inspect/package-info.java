/// What is in a dataset, in a configured run's samples, or in a corpus: reports, and the checks
/// behind them.
@NullMarked
package neox.preprocess.inspect;

import org.jspecify.annotations.NullMarked;
