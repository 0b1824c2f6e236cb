/// What a run has read of each dataset, and what it will read: enough to go on with other data.
@NullMarked
package neox.data.ledger;

import org.jspecify.annotations.NullMarked;
