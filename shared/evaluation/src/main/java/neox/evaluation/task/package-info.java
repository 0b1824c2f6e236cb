/// Tasks as data, and how their documents become requests and answers become numbers.
@NullMarked
package neox.evaluation.task;

import org.jspecify.annotations.NullMarked;
