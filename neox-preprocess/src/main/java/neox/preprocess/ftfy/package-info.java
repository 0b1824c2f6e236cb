/// Mends text whose characters were damaged on the way: the rules of ftfy 6.3.1's `fix_text`.
@NullMarked
package neox.preprocess.ftfy;

import org.jspecify.annotations.NullMarked;
