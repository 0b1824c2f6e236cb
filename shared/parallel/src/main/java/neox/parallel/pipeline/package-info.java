/// Pipeline schedules as data, and the loop that carries one out.
@NullMarked
package neox.parallel.pipeline;

import org.jspecify.annotations.NullMarked;
