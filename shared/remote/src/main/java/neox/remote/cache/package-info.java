/// What has been brought here from stores: whole files, and blocks of large ones; bounded.
@NullMarked
package neox.remote.cache;

import org.jspecify.annotations.NullMarked;
