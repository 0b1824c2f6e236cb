/// Downloads from and uploads to a model hub over HTTP.
@NullMarked
package neox.hub;

import org.jspecify.annotations.NullMarked;
