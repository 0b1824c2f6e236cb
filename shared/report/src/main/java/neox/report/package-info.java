/// A run as a page: what it has recorded, read leniently, thinned and drawn.
@NullMarked
package neox.report;

import org.jspecify.annotations.NullMarked;
