/// Files from the hub to the disk: streams that go on where they broke off, and the sums that they
/// must have.
@NullMarked
package neox.hub.download;

import org.jspecify.annotations.NullMarked;
