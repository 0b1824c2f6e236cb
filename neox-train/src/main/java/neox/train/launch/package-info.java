/// Which ranks run on which hosts, and the command lines that start them there: what `deepy.py` and
/// DeepSpeed's launchers do. Plans are data; only [Starting] runs anything.
@NullMarked
package neox.train.launch;

import org.jspecify.annotations.NullMarked;
