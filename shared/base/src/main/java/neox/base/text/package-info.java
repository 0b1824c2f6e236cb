/// Text as bytes and as people type it: UTF-8, marks, lines, and the nearest word.
@NullMarked
package neox.base.text;

import org.jspecify.annotations.NullMarked;
