/// Stores outside of this machine: what lies in them under which name, and how it is read and
/// written. Nothing here is loaded before somebody names an address.
@NullMarked
package neox.remote;

import org.jspecify.annotations.NullMarked;
