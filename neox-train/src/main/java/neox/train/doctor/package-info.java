/// Looks at hosts before a run is started on them.
@NullMarked
package neox.train.doctor;

import org.jspecify.annotations.NullMarked;
